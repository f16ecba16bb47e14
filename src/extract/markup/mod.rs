//! Documents that are text themselves: RTF, notebooks, property lists, and
//! what tags leave of HTML and XML.

pub(crate) mod base64;
