//! Tests: every shape in which a name and its value stand, and what only looks like one.

use super::Kind;
use super::tests::confidence;
use crate::base::level::Confidence;

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row for each shape")]
fn shapes_of_assignments_are_understood() {
    let v = ["vq7X", "k2wzR9"].concat();
    let cases = [
        (format!("password = '{v}'"), "a.py"),
        (format!("String password = \"{v}\";"), "a.java"),
        (format!("let password: &str = \"{v}\";"), "a.rs"),
        (format!("password := `{v}`"), "a.go"),
        (format!("'password' => '{v}',"), "a.php"),
        (format!("char password[] = \"{v}\";"), "a.c"),
        (format!("user.setPassword(\"{v}\");"), "a.java"),
        (format!("password = Some(\"{v}\")"), "a.scala"),
        (format!("{{\"password\": \"{v}\"}}"), "a.json"),
        (format!("\"{{\\\"password\\\": \\\"{v}\\\"}}\""), "a.json"),
        (format!("<password>{v}</password>"), "a.xml"),
        (format!("<add key=\"password\" value=\"{v}\"/>"), "a.xml"),
        (
            format!("{{\"name\": \"PASSWORD\", \"value\": \"{v}\"}}"),
            "a.json",
        ),
        (format!("- name: PASSWORD\n  value: {v}\n"), "a.yml"),
        (format!("export PASSWORD={v}\n"), "a.sh"),
        (format!("password: {v}\n"), "a.yaml"),
        (format!("login --password {v}\n"), "a.sh"),
        (format!("http://x/?password={v}&y"), "a.py"),
        (format!("CREATE USER u IDENTIFIED BY '{v}'"), "a.sql"),
        (format!("# password: {v}"), "a.py"),
        (format!("&quot;password&quot;: &quot;{v}&quot;"), "a.html"),
        (format!("let password = r#\"{v}\"#;"), "a.rs"),
        (format!("my $password = q{{{v}}};"), "a.pl"),
        (format!("my $password = qq({v});"), "a.pl"),
        (format!("password = %q({v})"), "a.rb"),
        (format!("PASSWORD=$'{v}'"), "a.sh"),
        (format!("std::string password = R\"({v})\";"), "a.cpp"),
        (format!("NSString *password = @\"{v}\";"), "a.m"),
        (format!("password = \"\"\"{v}\"\"\""), "a.py"),
        (format!(":password => '{v}',"), "a.rb"),
        (
            format!("<key>Password</key>\n\t<string>{v}</string>"),
            "a.plist",
        ),
        (
            format!("<name>db.password</name>\n  <value>{v}</value>"),
            "a.xml",
        ),
        (
            format!("<setting name=\"Password\" serializeAs=\"String\"><value>{v}</value>"),
            "a.xml",
        ),
        (
            format!("<property name=\"password\">\n  <value>{v}</value>"),
            "a.xml",
        ),
        (format!("<password>\n  {v}\n</password>"), "a.xml"),
        (
            format!("variable \"password\" {{\n  type = string\n  default = \"{v}\"\n}}"),
            "a.tf",
        ),
        (
            format!("\"adminPassword\": {{\n  \"value\": \"{v}\"\n}}"),
            "a.json",
        ),
        (format!("requests.get(u, auth=('me', '{v}'))"), "a.py"),
        (format!("auth=HTTPBasicAuth('me', '{v}')"), "a.py"),
        (format!("new NetworkCredential(\"me\", \"{v}\")"), "a.cs"),
        (
            format!("new PasswordAuthentication(\"me\", \"{v}\".toCharArray())"),
            "a.java",
        ),
        (format!("mysqldump -u root -p{v} app"), "a.sh"),
        (format!("sshpass -p '{v}' ssh me@host"), "a.sh"),
        (
            format!("ConvertTo-SecureString -String \"{v}\" -AsPlainText"),
            "a.ps1",
        ),
        (format!("CREATE USER u WITH PASSWORD '{v}'"), "a.sql"),
        (
            format!("IDENTIFIED WITH mysql_native_password BY '{v}'"),
            "a.sql",
        ),
        (format!("login --password={v} --x"), "a.sh"),
        (format!("openssl genrsa -passout pass:{v} 4096"), "a.sh"),
        (format!("Server=h;User Id=u;Pwd={v};Database=d"), "a.config"),
        (format!("- PASSWORD={v}\n"), "compose.yml"),
        (format!("ENV DB_PASSWORD {v}\n"), "Dockerfile"),
        (format!("'password': (None, '{v}'),"), "a.py"),
        (format!("machine h login me password {v}\n"), ".netrc"),
        (format!("c := `\n  user: me, password: {v}\n`"), "a.go"),
    ];
    for (text, file) in cases {
        let found = confidence(&text, file);
        assert_eq!(found.map(|f| f.0), Some(Kind::Password), "{file}: {text}");
        assert!(
            found.is_some_and(|f| f.1 >= Confidence::Medium),
            "{file}: {text}"
        );
    }
}

#[test]
fn what_is_not_the_value_is_left_alone() {
    let cases = [
        ("password = get_password('main')", "a.py"),
        ("password = config.password", "a.py"),
        ("password: string;", "a.ts"),
        ("password = passwordField.value", "a.js"),
        ("password_file: /run/secrets/db", "a.yml"),
        ("\"password\": \"Mot de passe oublié\"", "a.json"),
        ("token.next()", "a.rs"),
        ("getToken('vq7Xk2wzR9')", "a.js"),
        ("key: 3f2a", "a.yml"),
        ("'password', 'username': 'x'", "a.py"),
        ("author = 'vq7Xk2wzR9'", "a.py"),
        ("publicKeyToken=b77a5c561934e089", "a.config"),
        ("<key>Password</key>\n<false/>", "a.plist"),
        (
            "<name>db.password</name>\n<value>${db.password}</value>",
            "a.xml",
        ),
        (
            "variable \"password\" {\n  type = string\n}\nx = \"vq7Xk2wzR9\"",
            "a.tf",
        ),
        (
            "\"password\": {\n  \"type\": \"string\",\n  \"x\": \"vq7Xk2wzR9\"}",
            "a.json",
        ),
        ("requests.get(u, auth=(user, password))", "a.py"),
        ("new Credentials(\"vq7Xk2wzR9\", password)", "a.py"),
        ("mkdir -pvq7Xk2wzR9", "a.sh"),
        ("remote_login_passwordfile=vq7Xk2wzR9\n", "a.ini"),
        ("(?<token>[a-z0-9\\-._~+/]+=*)<", "a.java"),
        ("ssh -p 2222 me@host", "a.sh"),
        ("ConvertTo-SecureString $password -AsPlainText", "a.ps1"),
        ("let password = r#\"{}\"#;", "a.rs"),
        ("my $password = q{$name};", "a.pl"),
        ("PASSWORD=$(cat /run/secret)", "a.sh"),
        (
            concat!("x := foo(`a`)\nb := T{pass", "word: vq7Xk2wzR9}"),
            "a.go",
        ),
        (
            concat!("'Vendor::Vault::Secret", "Key'", ": ", "'q7Xk2wzR9bT4mN8p'"),
            "a.py",
        ),
    ];
    for (text, file) in cases {
        assert_eq!(confidence(text, file), None, "{file}: {text}");
    }
}
