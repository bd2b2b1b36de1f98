//! How the program was called: what it tells to type next begins with that. Pure.

use std::ffi::OsString;
use std::path::Path;

/// How the program was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledAs {
    /// `zegel`, about a cluster `zegel kubectl`
    Zegel,
    /// `kubectl zegel`
    Plugin,
}

impl CalledAs {
    /// By the name of the program that was started. On Windows it ends in `.exe`; kubectl takes `_` for a hyphen too.
    pub fn of(program: Option<&OsString>) -> Self {
        let stem = program.map(Path::new).and_then(Path::file_stem);
        let name = stem.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match name.as_str() {
            "kubectl-zegel" | "kubectl_zegel" => Self::Plugin,
            _ => Self::Zegel,
        }
    }

    /// What is typed before a command that needs no cluster.
    pub fn program(self) -> &'static str {
        match self {
            Self::Zegel => "zegel",
            Self::Plugin => "kubectl zegel",
        }
    }

    /// What is typed before a command about MailDomains in a cluster.
    pub fn in_cluster(self) -> &'static str {
        match self {
            Self::Zegel => "zegel kubectl",
            Self::Plugin => "kubectl zegel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_says_whether_it_is_a_plugin() {
        for (program, me) in [
            ("/usr/local/bin/kubectl-zegel", CalledAs::Plugin),
            ("kubectl-zegel.exe", CalledAs::Plugin),
            ("kubectl_zegel", CalledAs::Plugin),
            ("/usr/local/bin/zegel", CalledAs::Zegel),
            ("kubectl-zegel-old", CalledAs::Zegel),
            ("", CalledAs::Zegel),
        ] {
            assert_eq!(CalledAs::of(Some(&program.into())), me, "{program}");
        }
        assert_eq!(CalledAs::of(None), CalledAs::Zegel);
    }
}
