//! Commands that pages name inside a sentence: each is one that the program, kubectl or helm has, with flags it takes. What
//! pages have in blocks is run as it stands (`typed.rs`, `first.rs`, `pages.rs`, `tests/cli/examples.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::control_plane::tools;
use crate::typed;

/// What is no command of kubectl itself.
const PLUGINS: [&str; 2] = ["krew", "zegel"];

/// What a program says of a command, asked once.
struct Helps {
    tools: BTreeMap<String, std::path::PathBuf>,
    known: BTreeMap<Vec<String>, BTreeSet<String>>,
}

impl Helps {
    fn new() -> Self {
        Self {
            tools: tools(&["kubectl", "helm"]).unwrap(),
            known: BTreeMap::new(),
        }
    }

    fn text(&self, command: &[String], more: &[&str]) -> Option<String> {
        let (program, words) = command.split_first().unwrap();
        let mut help = match program.as_str() {
            "zegel" => Command::new(env!("CARGO_BIN_EXE_zegel")),
            other => Command::new(&self.tools[other]),
        };
        let output = help.args(words).args(more).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // kubectl and helm show their own help for a command they do not have.
        let usage = more == ["options"] || program == "zegel" || text.contains(&command.join(" "));
        (output.status.success() && usage).then_some(text)
    }

    /// The flags of a command; `None` where there is no such command.
    fn flags(&mut self, command: &[String]) -> Option<&BTreeSet<String>> {
        if !self.known.contains_key(command) {
            let mut text = self.text(command, &["--help"])?;
            if command[0] == "kubectl" {
                text += &self.text(&command[..1], &["options"]).unwrap();
            }
            let flags = text
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                .filter(|word| word.starts_with('-') && word.len() > 1)
                .map(str::to_owned)
                .collect();
            self.known.insert(command.to_vec(), flags);
        }
        self.known.get(command)
    }

    /// What is wrong with a line. The plugin has its own commands, and those of the program.
    fn fault(&mut self, line: &str) -> Option<String> {
        let Some(plugged) = line.strip_prefix("kubectl zegel ") else {
            return self.fault_of(line);
        };
        let own = self.fault_of(&format!("zegel kubectl {plugged}"))?;
        let command = plugged.split(' ').next().unwrap_or_default();
        match own == format!("there is no zegel kubectl {command}") {
            true => self.fault_of(&format!("zegel {plugged}")),
            false => Some(own),
        }
    }

    fn fault_of(&mut self, line: &str) -> Option<String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if words.get(1).is_some_and(|word| PLUGINS.contains(&word.as_str())) {
            return None;
        }
        let is_name = |word: &&String| word.bytes().all(|octet| octet.is_ascii_lowercase());
        let deep = if line.starts_with("zegel kubectl") { 3 } else { 2 };
        let command: Vec<String> = words.iter().take(deep).take_while(is_name).cloned().collect();
        let Some(flags) = self.flags(&command) else {
            return Some(format!("there is no {}", command.join(" ")));
        };
        let given = words
            .iter()
            .filter(|word| word.starts_with('-') && word.len() > 1);
        let mut names = given.map(|word| word.split('=').next().unwrap_or_default());
        names
            .find(|name| !flags.contains(*name))
            .map(|name| format!("{} has no {name}", command.join(" ")))
    }
}

/// The commands in the sentences of a page: pipes taken apart.
fn named(page: &str) -> Vec<String> {
    let sentences = typed::lines(page).into_iter().filter(|(kind, _)| kind.is_none());
    let prose: Vec<String> = sentences.map(|(_, line)| line).collect();
    let prose = prose.join(" ");
    let spans = prose.split('`').skip(1).step_by(2);
    let parts = spans.flat_map(|span| span.split(" | ").flat_map(|part| part.split(" \\| ")));
    let plain = |part: &str| {
        let part = part.split("$(").next().unwrap_or_default();
        let part = part.split(" > ").next().unwrap_or_default();
        part.split(", ").next().unwrap_or_default().trim().to_owned()
    };
    parts.map(plain).filter(|part| typed::is_ours(part)).collect()
}

#[test]
fn commands_in_sentences_are_commands() {
    let mut helps = Helps::new();
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in typed::pages() {
        for line in named(&page) {
            seen += 1;
            if let Some(fault) = helps.fault(&line) {
                wrong.push(format!("{page}: {line}: {fault}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 100, "{seen}");
    for (line, said) in [
        (
            "kubectl get maildomains --every-namespace",
            "kubectl get has no --every-namespace",
        ),
        ("kubectl look maildomains", "there is no kubectl look"),
        (
            "kubectl zegel status --watch-it NAME",
            "zegel kubectl status has no --watch-it",
        ),
        ("helm test zegel --log", "helm test has no --log"),
        ("kubectl zegel look NAME", "there is no zegel look"),
        ("helm check zegel", "there is no helm check"),
        (
            "zegel inspect --output-as=json",
            "zegel inspect has no --output-as",
        ),
        ("zegel look voorbeeld.nl", "there is no zegel look"),
    ] {
        assert_eq!(helps.fault(line).as_deref(), Some(said));
    }
}
