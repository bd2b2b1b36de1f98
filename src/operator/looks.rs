//! The last look at each object as a file, when that is asked for: to be judged again elsewhere.
//!
//! A look holds what public DNS said, and no more is written than was asked. The file of an object is replaced as a
//! whole and goes with the object; whoever reads it never sees half of one. A disk that is full or gone stops no pass.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::complaint::Complaints;
use crate::recording::{Look, whole};

/// Where looks are kept; nowhere, when there is no folder.
#[derive(Debug, Default)]
pub(super) struct Looks {
    folder: Option<PathBuf>,
    complaints: Complaints,
}

impl Looks {
    pub(super) fn in_folder(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            complaints: Complaints::default(),
        }
    }

    /// Whether looks are kept at all.
    pub(super) fn are_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// Keeps a look at an object in place of the one before.
    pub(super) async fn keep(&self, (namespace, name): (&str, &str), look: Look) {
        let Some(folder) = &self.folder else {
            return;
        };
        let path = path(folder, namespace, name);
        let write = tokio::task::spawn_blocking(move || replace(&path, &look));
        let written = write.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        if let Err(error) = written
            && let Some(unsaid) = self.complaints.note(&error.kind().to_string())
        {
            tracing::warn!(namespace, name, folder = %folder.display(), %error, unsaid, "cannot keep a look");
        }
    }

    /// The object is gone, and its look with it.
    pub(super) fn forget(&self, (namespace, name): (&str, &str)) {
        if let Some(folder) = &self.folder {
            // There is none where no look ever ended.
            let _ = fs::remove_file(path(folder, namespace, name));
        }
    }
}

/// Tries whether looks can be kept in a folder: that it is there, and a file can be made in it.
///
/// # Errors
/// What the system says of it.
pub fn try_folder(folder: &Path) -> io::Result<()> {
    // As no look is called, and as no other process calls its own.
    let path = folder.join(format!(".zegel-{}", std::process::id()));
    fs::File::create(&path)?;
    fs::remove_file(&path)
}

/// Neither a namespace nor a name can hold `_` or `/` (RFC 1123 labels and subdomains): no two objects share a file.
fn path(folder: &Path, namespace: &str, name: &str) -> PathBuf {
    folder.join(format!("{namespace}_{name}.json"))
}

fn replace(path: &Path, look: &Look) -> io::Result<()> {
    let text = whole(look).map_err(io::Error::other)?;
    let next = path.with_extension("json.next");
    fs::write(&next, text)?;
    fs::rename(&next, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::Facts;
    use crate::recording::Recording;

    fn look(domain: &str) -> Look {
        Look {
            domain: domain.parse().unwrap(),
            at: jiff::Timestamp::UNIX_EPOCH,
            turn: 0,
            selectors: Vec::new(),
            questions: 0,
            hit_limit: false,
            facts: Facts::new(),
        }
    }

    #[tokio::test]
    async fn the_last_look_is_kept_until_the_object_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let looks = Looks::in_folder(Some(folder.path().to_owned()));
        for domain in ["a.example", "b.example"] {
            looks.keep(("mail", "x"), look(domain)).await;
        }
        let text = fs::read_to_string(folder.path().join("mail_x.json")).unwrap();
        let read = Recording::read(&text).unwrap();
        assert_eq!(read.domains(), [look("b.example").domain]);
        looks.forget(("mail", "other"));
        looks.forget(("mail", "x"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let looks = Looks::in_folder(Some(folder.path().join("absent")));
        looks.keep(("mail", "x"), look("a.example")).await;
        looks.forget(("mail", "x"));
        assert!(!Looks::default().are_kept());
    }
}
