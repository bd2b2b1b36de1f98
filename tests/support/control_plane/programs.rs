//! Programs that are run to their end, and what they print: it is read whole, and told where they fail.

use std::io;
use std::process::Command;

use super::Error;

/// Runs a command to its end and gives what it printed.
///
/// # Errors
/// When it cannot be started or fails; its error output is in the message.
pub fn run(command: Command) -> Result<String, Error> {
    run_with_input(command, "")
}

/// As [`run`], with text on its standard input.
///
/// # Errors
/// As [`run`].
pub fn run_with_input(mut command: Command, input: &str) -> Result<String, Error> {
    let program = format!("{command:?}");
    let file = tempfile::tempfile()?;
    io::Write::write_all(&mut &file, input.as_bytes())?;
    io::Seek::rewind(&mut &file)?;
    let output = command
        .stdin(file)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    Err(format!("{program}: {}\n{out}{err}", output.status).into())
}

/// The path of somebody else's file, as `dev/file-of` prints it.
///
/// # Errors
/// When it cannot be had; the script's words are in the message.
pub fn file_of(whose: &str) -> Result<String, Error> {
    let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/file-of"));
    script.arg(whose);
    Ok(run(script)?.trim().to_owned())
}
