//! The `zegel` program: arguments, tracing, exit code.

use std::process::ExitCode;

use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;
use zegel::cli::args::{LogArgs, LogFormat};
use zegel::cli::{self, Cli, Command, Failure};

fn main() -> ExitCode {
    match run(Cli::read(std::env::args_os())) {
        Ok(exit) => exit,
        Err(failure) => {
            if !matches!(failure, Failure::ClosedPipe) {
                cli::output::note(&format!("zegel: {failure}"));
            }
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let default = if matches!(cli.command, Command::Controller(_) | Command::Probe(_)) {
        "info"
    } else {
        // What is wrong with the way to mail servers is said in a note at the end.
        "warn,zegel::world::smtp=error"
    };
    trace(&cli.log, default)?;
    let runtime = threads(&cli.command)
        .enable_all()
        .build()
        .map_err(|error| Failure::Usage(format!("cannot start the runtime: {error}")))?;
    let exit = runtime.block_on(cli::run(cli.command, cli.log.color));
    // Questions still on their way are no reason to stay.
    runtime.shutdown_background();
    exit.map(ExitCode::from)
}

/// The threads that a command works on.
///
/// The controller has one: an API server has no time for the objects that one thread judges, and a second one costs a sixth more CPU
/// for each object, for waking and for what both reach for. On a node of many cores it would have as many, each with memory of its own.
/// What takes long beside the passes (metrics, the files of looks) is written by others. All other commands are to be through soon.
fn threads(command: &Command) -> Builder {
    match command {
        Command::Controller(_) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    }
}

/// Log lines go to standard error: standard output is the report's.
fn trace(log: &LogArgs, default: &str) -> Result<(), Failure> {
    let wanted = log.log_level.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(wanted)
        .map_err(|error| Failure::Usage(format!("--log-level {wanted:?} is no level or filter: {error}")))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match log.log_format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).init(),
        LogFormat::Text => {
            use std::io::IsTerminal;
            builder.with_ansi(std::io::stderr().is_terminal()).init();
        }
    }
    Ok(())
}
