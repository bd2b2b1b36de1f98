//! The page of providers: its table is made from the presets of `zegel init`.

use std::fmt::Write as _;

use zegel::adopt::init::presets::{Checked, PRESETS, Preset, Selector, Target};

use crate::{assert_marked_part, cell};

const BEGIN: &str = "<!-- The providers: generated from the presets by `make crd`. -->\n";
const END: &str = "<!-- End of the providers. -->\n";

#[test]
fn the_page_of_providers_is_what_the_types_say() {
    assert_marked_part("docs/providers.md", (BEGIN, END), &table());
}

fn table() -> String {
    let mut out = String::from(
        "\n| `--sends-with` | provider | SPF | DKIM: selector, and what stands there | MX ends in | to know | held against |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for preset in PRESETS {
        let exchanges: Vec<String> = preset.exchanges.iter().map(|end| format!("`{end}`")).collect();
        let against = match preset.checked {
            Checked::Pages(month) => format!("its pages, {month}"),
            Checked::Dns(month) => format!("DNS, {month}"),
        };
        writeln!(
            out,
            "| `{}` | [{}]({}) | {} | {} | {} | {} | {against} |",
            preset.id,
            preset.name,
            preset.page,
            cell(&spf(preset)),
            cell(&dkim(preset.selectors)),
            exchanges.join(", "),
            cell(preset.note),
        )
        .unwrap();
    }
    out.push('\n');
    out
}

fn spf(preset: &Preset) -> String {
    let names: Vec<String> = preset.includes.iter().map(|name| format!("`{name}`")).collect();
    match (preset.includes, preset.asks_for_include) {
        ([], _) => "none".to_owned(),
        (_, true) => format!("include {}", names.join(", else ")),
        (_, false) => format!("none; known by {}", names.join(", ")),
    }
}

fn dkim(selectors: &[Selector]) -> String {
    let of = |selector: &Selector| {
        let name = match selector.name {
            "" => "its own for each account".to_owned(),
            name => format!("`{name}`"),
        };
        match selector.target {
            Target::Is(target) => format!("{name}: `{}`", target.replace("{domain}", "DOMAIN")),
            Target::Like(form, _) => format!("{name}: `{form}`"),
            Target::Key => format!("{name}: a key"),
        }
    };
    match selectors {
        [] => "told in the account".to_owned(),
        _ => selectors.iter().map(of).collect::<Vec<_>>().join("; "),
    }
}
