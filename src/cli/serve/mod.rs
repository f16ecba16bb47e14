//! `stanch serve`: scans what it is asked to on standard input and answers on standard
//! output, one JSON object a line, until the input ends. docs/serve.md tells the protocol.

mod answer;
mod job;
mod line;
mod request;
mod session;

use std::collections::HashMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args as ClapArgs;

use crate::base::control::Control;
use crate::base::level::Confidence;
use crate::base::limits::number;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::key::RegisterKeyArgs;
use crate::cli::settings::stop;
use crate::scan::jobs::{self, Queue};

use answer::{Answers, Code, Failure};
use job::Job;
use line::{Line, Lines};
use request::{Id, Request};
use session::Session;

/// Most scans that wait, and most bytes of content that do, in longest requests.
const WAITING: usize = 64;
const WAITING_FULL: usize = 4;

/// Arguments of `stanch serve`.
#[derive(Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
pub struct ServeArgs {
    /// Longest request, in bytes; K, M and G are powers of 1024
    #[arg(long, value_name = "SIZE", default_value = "32M", value_parser = size)]
    pub max_request: usize,
    /// Look for these classes only: secret, identifier, personal, marking, document, all
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    pub class: Vec<String>,
    /// Show findings of this confidence or more: low, medium, high [default: medium]
    #[arg(long, value_name = "LEVEL")]
    pub confidence: Option<Confidence>,
    /// Obey no comment, ignore file or configuration that stands in the scanned tree
    #[arg(long)]
    pub untrusted: bool,
    /// File with the key for finding keys (or set `STANCH_KEY`)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Index of protected documents to look for (see `stanch register build`)
    #[arg(long, value_name = "INDEX")]
    pub register: Option<PathBuf>,
    /// The register key.
    #[command(flatten)]
    pub register_key: RegisterKeyArgs,
    /// Worker threads [default: number of processors]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

const AFTER_HELP: &str = "\
One JSON object a line, in both directions:
  {\"id\":1,\"method\":\"hello\"}
  {\"id\":2,\"method\":\"scan\",\"path\":\"src/app.py\",\"text\":\"...\"}
  {\"id\":3,\"method\":\"scan\",\"paths\":[\"src\"]}
Further methods: cancel, reload, shutdown. Findings are those of the JSON report.";

fn size(text: &str) -> Result<usize, String> {
    let size = number(text).and_then(|size| usize::try_from(size).ok());
    size.filter(|size| (1 << 10..=1 << 30).contains(size))
        .ok_or_else(|| "a size from 1K to 1G is wanted".to_owned())
}

impl ServeArgs {
    /// The scan that requests are answered with.
    fn scan(&self) -> ScanArgs {
        ScanArgs {
            class: self.class.clone(),
            confidence: self.confidence,
            untrusted: self.untrusted,
            key_file: self.key_file.clone(),
            register: self.register.clone(),
            register_key: self.register_key.clone(),
            threads: self.threads,
            quiet: true,
            ..ScanArgs::of_files()
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &ServeArgs, global: &Global) -> Exit {
    let session = match Session::open(args.scan(), global) {
        Ok(session) => Arc::new(session),
        Err(exit) => return exit,
    };
    interrupt::silence_panics();
    let server = Server {
        args,
        global,
        answers: Answers::new(io::stdout()),
        running: Mutex::new(Running::default()),
    };
    let threads = session.threads();
    let ended = jobs::run(
        threads,
        WAITING,
        |_, job: Job| server.done(&job),
        |queue| server.listen(io::stdin().lock(), session, queue),
    );
    match ended {
        Ok(last) => {
            // Everything that was asked before has been answered by now.
            if let Some(id) = last {
                server.answers.result(&id, &request::Done { done: true });
            }
            match server.answers.fault() {
                None => Exit::Clean,
                Some(error) => stop(&format!("answers cannot be written: {error}")),
            }
        }
        Err(error) => {
            stop(&format!("cannot start threads: {error}"));
            Exit::Internal
        }
    }
}

/// What is being scanned.
#[derive(Default)]
struct Running {
    jobs: HashMap<Id, Arc<Control>>,
    /// Bytes of their requests.
    bytes: usize,
}

struct Server<'a> {
    args: &'a ServeArgs,
    global: &'a Global,
    answers: Answers<io::Stdout>,
    running: Mutex<Running>,
}

impl Server<'_> {
    /// Reads requests until there are no more; the id of the one that asked for
    /// the end, if one did.
    fn listen(
        &self,
        from: impl io::BufRead,
        mut session: Arc<Session>,
        queue: &Queue<Job>,
    ) -> Option<Id> {
        let mut lines = Lines::new(from, self.args.max_request);
        while self.answers.fault().is_none() {
            let line = match lines.next() {
                Line::Whole(line) => line,
                Line::TooLong => {
                    self.answers.failure(None, &self.too_long());
                    continue;
                }
                Line::End => return None,
            };
            let (id, request) = request::parse(line);
            match (id, request) {
                (id, Err(failure)) => self.answers.failure(id.as_ref(), &failure),
                (None, Ok(_)) => self.answers.failure(None, &Failure::no_id()),
                (Some(id), Ok(Request::Shutdown)) => return Some(id),
                (Some(id), Ok(Request::Hello)) => {
                    let hello = session.hello(self.args.max_request, WAITING);
                    self.answers.result(&id, &hello);
                }
                (Some(id), Ok(Request::Cancel(other))) => self.cancel(&id, &other),
                (Some(id), Ok(Request::Reload)) => session = self.reload(&id, session),
                (Some(id), Ok(Request::Scan(what))) => {
                    let control = Arc::new(Control::default());
                    let size = line.len();
                    let job = Job {
                        id,
                        what,
                        size,
                        control,
                        session: Arc::clone(&session),
                    };
                    self.take_on(job, queue);
                }
            }
        }
        None
    }

    fn too_long(&self) -> Failure {
        Failure {
            code: Code::TooLong,
            message: format!("the request is longer than {} bytes", self.args.max_request),
            remedy: "send less at a time, scan it by its path, or start with a larger --max-request",
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a scan wait for its turn, if there is room.
    fn take_on(&self, job: Job, queue: &Queue<Job>) {
        let most = self.args.max_request.saturating_mul(WAITING_FULL);
        let refused = {
            let mut running = self.running();
            if running.jobs.contains_key(&job.id) {
                Some(Failure::id_in_use())
            } else if running.bytes.saturating_add(job.size) > most {
                Some(Failure::busy())
            } else {
                running.bytes += job.size;
                running
                    .jobs
                    .insert(job.id.clone(), Arc::clone(&job.control));
                None
            }
        };
        if let Some(failure) = refused {
            return self.answers.failure(Some(&job.id), &failure);
        }
        if let Err(job) = queue.add(job) {
            self.forget(&job);
            self.answers.failure(Some(&job.id), &Failure::busy());
        }
    }

    fn forget(&self, job: &Job) {
        let mut running = self.running();
        if running.jobs.remove(&job.id).is_some() {
            running.bytes -= job.size;
        }
    }

    /// Scans and answers. The id is free before the answer is out, so that who
    /// reads it can use it again.
    fn done(&self, job: &Job) {
        if self.answers.fault().is_some() {
            return;
        }
        let answer = job.run();
        self.forget(job);
        match answer {
            Ok(found) => self.answers.result(&job.id, &found),
            Err(failure) => self.answers.failure(Some(&job.id), &failure),
        }
    }

    fn cancel(&self, id: &Id, other: &Id) {
        let control = self.running().jobs.get(other).map(Arc::clone);
        let cancelled = control.is_some();
        if let Some(control) = control {
            control.cancel();
        }
        self.answers.result(id, &request::Cancelled { cancelled });
    }

    fn reload(&self, id: &Id, old: Arc<Session>) -> Arc<Session> {
        let Ok(new) = Session::open(self.args.scan(), self.global) else {
            self.answers.failure(Some(id), &Failure::configuration());
            return old;
        };
        let hello = new.hello(self.args.max_request, WAITING);
        self.answers.result(id, &hello);
        Arc::new(new)
    }
}
