//! With what a command looks at DNS: the world, or a recording of what the world said before; and what is recorded.
//!
//! The file of a recording is whole after every look: a run that is interrupted leaves all looks that were over.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::{Failure, file};
use crate::inquiry::{Dns, Kind, View};
use crate::name::Name;
use crate::recording::{self, Look, Recording};

/// Where looks are kept, to be judged again elsewhere.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Replay")]
pub struct ReplayArgs {
    /// Write all that DNS answered to this file, as JSON: the look can be judged again from it with --replay
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Judge what was recorded in this file, at the time of the recording, and ask nobody anything: how DNS and mail servers
    /// are asked cannot be said beside
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "resolvers", "dnssec", "trust_anchor", "authorities", "dns_timeout", "dns_attempts", "dns_concurrency", "dnssec_control", "dnssec_bogus_control", "authority_rate", "authority_port", "policy_ca", "policy_port", "smtp_ehlo", "smtp_pause", "smtp_proxy", "smtp_port", "allow_private_targets", "probe", "probe_ca", "probe_cert", "probe_key"])]
    pub replay: Option<String>,
}

impl ReplayArgs {
    /// The recording to judge again.
    ///
    /// # Errors
    /// When the file cannot be read, or is no recording.
    pub fn recording(&self) -> Result<Option<Recording>, Failure> {
        let Some(path) = &self.replay else {
            return Ok(None);
        };
        let recording = Recording::read(&file::text(path)?)
            .map_err(|error| Failure::Usage(format!("cannot replay {}: {error}", file::shown(path))))?;
        Ok(Some(recording))
    }
}

/// Writes looks to a file, each when it is over.
#[derive(Debug, Clone)]
pub struct Recorder {
    path: Arc<Path>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    file: File,
    is_empty: bool,
    failed: Option<String>,
}

impl Recorder {
    /// Begins a recording; what the file held is gone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(path: &Path, began_at: Timestamp) -> Result<Self, Failure> {
        let begin = || {
            let mut file = File::create(path)?;
            file.write_all(recording::head(began_at).as_bytes())?;
            file.write_all(recording::tail(&[])?.as_bytes())?;
            Ok(file)
        };
        let file = begin().map_err(|error: std::io::Error| failure(path, &error.to_string()))?;
        Ok(Self {
            path: path.into(),
            kept: Arc::new(Mutex::new(Kept {
                file,
                is_empty: true,
                failed: None,
            })),
        })
    }

    /// Adds a look; a failure is told by [`Recorder::finish`].
    pub fn add(&self, look: &Look) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let added = kept.add(look);
        if let Err(why) = added {
            kept.failed.get_or_insert(why);
        }
    }

    /// Adds what was said of the run, and says whether all was recorded.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(&self, notes: &[String]) -> Result<(), Failure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.is_empty()
            && let Err(why) = kept.append("", notes)
        {
            kept.failed.get_or_insert(why);
        }
        match &kept.failed {
            Some(why) => Err(failure(&self.path, why)),
            None => Ok(()),
        }
    }
}

impl Kept {
    fn add(&mut self, look: &Look) -> Result<(), String> {
        let line = recording::line(look, self.is_empty).map_err(|error| error.to_string())?;
        self.append(&line, &[])?;
        self.is_empty = false;
        Ok(())
    }

    /// Puts `text` where the file ends with nothing said of the run, and ends it with these notes.
    fn append(&mut self, text: &str, notes: &[String]) -> Result<(), String> {
        let mut write = || {
            let before = recording::tail(&[])?.len();
            let text = text.to_owned() + &recording::tail(notes)?;
            self.file
                .seek(SeekFrom::End(-i64::try_from(before).unwrap_or_default()))?;
            self.file.write_all(text.as_bytes())
        };
        write().map_err(|error: std::io::Error| error.to_string())
    }
}

fn failure(path: &Path, why: &str) -> Failure {
    Failure::Usage(format!("cannot record to {}: {why}", path.display()))
}

/// Refuses a recording that holds a look at a name and no answer to this question about it.
///
/// # Errors
/// When it holds none; the message names what it holds of the name.
pub fn answer_in(look: &Look, name: &Name, kind: Kind) -> Result<(), Failure> {
    if look.facts.contains(&Dns::new(name.clone(), kind)) {
        return Ok(());
    }
    let of_name = look
        .facts
        .iter()
        .filter(|(question, _)| question.name == *name && question.view == View::Recursive);
    let mut kinds: Vec<Kind> = of_name.map(|(question, _)| question.kind).collect();
    kinds.sort();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let held = match kinds.as_slice() {
        [] => "nothing of this name".to_owned(),
        kinds => format!("its {}", kinds.join(", ")),
    };
    Err(Failure::Usage(format!(
        "the recording holds no answer to {name} {kind}: it holds {held}"
    )))
}

/// The look at a domain, or why the recording cannot be used for it.
///
/// # Errors
/// When the recording holds no look at it.
pub fn look_of<'r>(recording: &'r Recording, domain: &Name) -> Result<&'r Look, Failure> {
    recording.look(domain).ok_or_else(|| {
        let held: Vec<String> = recording
            .domains()
            .iter()
            .take(5)
            .map(ToString::to_string)
            .collect();
        let more = recording.domains().len().saturating_sub(held.len());
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        let held = if held.is_empty() {
            "nothing".to_owned()
        } else {
            held.join(", ")
        };
        Failure::Usage(format!(
            "the recording holds no look at {domain}: it holds {held}{more}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn no_flag_that_says_how_dns_or_mail_servers_are_asked_stands_beside_a_recording() {
        let mut program = Cli::command();
        program.build();
        let mut count = 0;
        for command in program.get_subcommands() {
            let mut flags = command.get_arguments();
            let Some(replay) = flags.find(|flag| flag.get_id() == "replay") else {
                continue;
            };
            let refused = command.get_arg_conflicts_with(replay);
            let is_of_asking = |heading| matches!(heading, Some("DNS" | "Mail servers"));
            for flag in command.get_arguments() {
                let is_meant = is_of_asking(flag.get_help_heading());
                let is_refused = refused.iter().any(|other| other.get_id() == flag.get_id());
                assert!(!is_meant || is_refused, "{}: {flag}", command.get_name());
                count += usize::from(is_meant);
            }
        }
        assert!(count > 20, "{count} flags");
    }
}
