//! What shells, `man` and people are told of the program itself: completions, manual pages, the version.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::harness::zegel;

/// Runs a program that reads the script on standard input or as a file; `None`, said aloud, where it is not installed.
fn ask(program: &str, args: &[&str], input: &str) -> Option<(bool, String)> {
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("SKIPPED: {program} is not installed: what is written for it was not tried");
        return None;
    };
    child
        .stdin
        .take()
        .expect("it reads")
        .write_all(input.as_bytes())
        .expect("it takes what it is given");
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

/// The script for a shell.
fn script(shell: &str) -> String {
    let run = zegel(&["completions", shell]);
    assert_eq!(run.code, 0, "{shell}: {}", run.err);
    assert!(!run.out.is_empty());
    run.out
}

#[test]
fn bash_completes_commands_and_options() {
    let ask_for = |words: &str, index: usize| {
        format!(
            "{}\nCOMP_WORDS=({words}); COMP_CWORD={index}; _zegel zegel \"${{COMP_WORDS[$COMP_CWORD]}}\" x; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            script("bash")
        )
    };
    for (words, index, want) in [
        ("zegel in", 1, "inspect"),
        ("zegel comp", 1, "completions"),
        ("zegel check --outp", 2, "--output"),
        ("zegel completions f", 2, "fish"),
    ] {
        let Some((fine, said)) = ask("bash", &["--noprofile", "--norc"], &ask_for(words, index)) else {
            return;
        };
        assert!(fine && said.lines().any(|line| line == want), "{words}: {said}");
    }
}

/// kubectl runs `kubectl_complete-zegel` with what is typed, and reads its lines; the program asks kubectl for the names.
#[test]
fn kubectl_completes_commands_options_and_names() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("kubectl_complete-zegel"), script("kubectl")).expect("it can be written");
    // It says whom it was asked for, where that is another namespace.
    let kubectl = "#!/bin/sh\ncase \"$*\" in *' -n mail'*) echo maildomain.zegel.dev/post-nl ;; \
                   *) echo maildomain.zegel.dev/winkel-nl; echo maildomain.zegel.dev/web-nl ;; esac\n";
    std::fs::write(path("kubectl"), kubectl).expect("it can be written");
    use std::os::unix::fs::PermissionsExt;
    let may_run = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path("kubectl"), may_run).expect("it can be let run");
    let search = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    for (words, wanted, unwanted) in [
        (&["st"][..], &["status"][..], &["refresh"][..]),
        (
            &[""],
            &[
                "status", "refresh", "check", "explain", "inspect", "init", "plan", "lookup",
            ],
            &["winkel-nl"],
        ),
        (&["status", "--out"], &["--output"], &["winkel-nl"]),
        (&["status", "--output", ""], &["json", "table"], &["winkel-nl"]),
        (&["status", ""], &["winkel-nl", "web-nl"], &["<NAME>"]),
        (&["status", "wi"], &["winkel-nl"], &["web-nl"]),
        (&["status", "--full", "wi"], &["winkel-nl"], &[]),
        (
            &["refresh", "-n", "mail", "winkel-nl", ""],
            &["post-nl"],
            &["winkel-nl"],
        ),
        (&["explain", ""], &[], &["winkel-nl"]),
    ] {
        let run = Command::new("bash")
            .arg(path("kubectl_complete-zegel"))
            .args(words)
            .env("PATH", &search)
            .output();
        let Ok(run) = run else {
            println!("SKIPPED: bash is not installed: what is written for kubectl was not tried");
            return;
        };
        let said = String::from_utf8_lossy(&run.stdout);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.last(), Some(&":4"), "{words:?}: {said}");
        assert!(
            wanted.iter().all(|word| lines.contains(word)),
            "{words:?}: {said}"
        );
        assert!(
            !unwanted.iter().any(|word| lines.contains(word)),
            "{words:?}: {said}"
        );
        assert!(
            run.stderr.is_empty(),
            "{words:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
}

#[test]
fn fish_completes_commands() {
    let input = format!("{}\ncomplete --do-complete 'zegel insp'\n", script("fish"));
    let Some((fine, said)) = ask("fish", &["--no-config"], &input) else {
        return;
    };
    assert!(fine && said.starts_with("inspect"), "{said}");
}

#[test]
fn zsh_takes_the_script() {
    let Some((fine, said)) = ask("zsh", &["--no-rcs", "-n"], &script("zsh")) else {
        return;
    };
    assert!(fine && said.is_empty(), "{said}");
    assert!(
        script("zsh").starts_with("#compdef zegel"),
        "where zsh looks, the first line says what it is for"
    );
}

#[test]
fn a_shell_nobody_knows_is_a_usage_error_that_names_those_known() {
    let run = zegel(&["completions", "tcsh"]);
    assert_eq!(run.code, 2);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell", "kubectl"] {
        assert!(run.err.contains(shell), "{shell}: {}", run.err);
    }
}

#[test]
fn every_command_has_a_manual_page_that_man_can_read() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let run = zegel(&["man", folder.path().to_str().expect("the path is UTF-8")]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    let help = zegel(&["--help"]).out;
    let commands = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  "))
        // A description that goes on stands further in.
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next());
    let mut pages = vec!["zegel.1".to_owned()];
    for command in commands.filter(|command| *command != "help") {
        pages.push(format!("zegel-{command}.1"));
    }
    assert!(pages.len() > 8, "{pages:?}\n{help}");
    for page in &pages {
        let text = std::fs::read_to_string(folder.path().join(page)).expect(page);
        assert!(
            text.contains(".SH NAME") && text.contains(".SH OPTIONS"),
            "{page}"
        );
        warned(&folder.path().join(page));
    }
    let gone = zegel(&["man", "/nonexistent/folder"]);
    assert_eq!(gone.code, 2);
    assert!(gone.err.contains("/nonexistent/folder"), "{}", gone.err);
}

/// Fails on what groff warns of in a page.
fn warned(page: &Path) {
    let path = page.to_str().expect("the path is UTF-8");
    if let Some((fine, said)) = ask("groff", &["-k", "-man", "-Tutf8", "-ww", "-z", path], "") {
        assert!(fine && said.is_empty(), "{path}: {said}");
    }
}

#[test]
fn the_version_tells_where_the_program_comes_from() {
    // That of a release has the commit; one of `cargo test` is none, and says so.
    for flag in ["--version", "-V"] {
        let run = zegel(&[flag]);
        assert_eq!(run.code, 0, "{}", run.err);
        let (version, rest) = run
            .out
            .trim_end()
            .strip_prefix("zegel ")
            .and_then(|rest| rest.split_once(' '))
            .expect("a version and where it comes from");
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        assert!(
            rest == "(not a release)" || rest.starts_with("(commit "),
            "{rest}"
        );
    }
}
