//! The spf block of a manifest that is begun: what DNS has, and the includes that named providers ask for. Pure.

use super::Draft;
use super::presets::Preset;
use crate::api::{SpfAll, SpfSpec};
use crate::records::Standard;

impl Draft<'_> {
    /// The includes that are asked for by those that were named.
    pub(super) fn wanted_includes(&self) -> Vec<(&'static Preset, &'static str)> {
        let named = self
            .begun
            .providers
            .iter()
            .filter(|(preset, _)| self.answers.name(preset));
        let asking = named.filter(|(preset, _)| preset.asks_for_include);
        asking
            .filter_map(|(preset, _)| Some((*preset, *preset.includes.first()?)))
            .collect()
    }

    /// The include a provider asks for that was recognised by something else, and was not named.
    fn lacking_include(&self, preset: &Preset) -> Option<&'static str> {
        let is_there = self.standing_include(preset).is_some();
        let lacks = preset.asks_for_include && !self.answers.name(preset) && !is_there;
        preset.includes.first().copied().filter(|_| lacks)
    }

    /// The mechanism of DNS that brings in a provider's record.
    fn standing_include(&self, preset: &Preset) -> Option<&String> {
        let mut mechanisms = self.begun.spec.spf.iter().flat_map(|spf| &spf.mechanisms);
        mechanisms.find(|mechanism| preset.is_included_by(mechanism))
    }

    pub(super) fn spf(&mut self) {
        let wanted = self.wanted_includes();
        for (preset, _) in self.begun.providers.clone() {
            if !preset.asks_for_include && !preset.includes.is_empty() {
                let stands = self.standing_include(preset);
                let goes = stands.map_or_else(String::new, |include| format!(", so {include} can go"));
                let text = format!("{} needs no include here{goes}: {}", preset.name, preset.note);
                self.note("spf", text);
            }
            if let Some(include) = self.lacking_include(preset) {
                let text = format!(
                    "{} asks for include:{include}, which is not in DNS: name it with --sends-with where it sends",
                    preset.name
                );
                self.note("spf", text);
            }
        }
        if self.begun.spec.spf.is_none() {
            let unanswered = self.live.spf_trouble().is_some();
            if wanted.is_empty() || unanswered {
                let text =
                    "spf is not managed yet: name who sends with --sends-with, or add the block by hand";
                self.begun.remarks.push(format!("SPF: {text}"));
                return;
            }
            self.forget(Standard::Spf);
            let stands = match self.live.spf_texts().is_empty() {
                true => "Not in DNS yet",
                false => "DNS has another record, which this one replaces",
            };
            let text = format!("{stands}. ~all until all senders are known, then all: Fail");
            self.note("spf", text);
            self.begun.spec.spf = Some(SpfSpec {
                mechanisms: Vec::new(),
                all: Some(SpfAll::SoftFail),
                redirect: None,
                explanation: None,
                also_at: Vec::new(),
            });
        }
        let Some(spf) = &mut self.begun.spec.spf else {
            return;
        };
        let mut added = Vec::new();
        for (preset, include) in wanted {
            if !spf
                .mechanisms
                .iter()
                .any(|mechanism| preset.is_included_by(mechanism))
            {
                spf.mechanisms.push(format!("include:{include}"));
                added.push(preset.name);
            }
        }
        if !added.is_empty() && self.live.spf_texts().len() == 1 {
            self.note("spf", format!("Added to what DNS has: {}", added.join(", ")));
        }
    }
}
