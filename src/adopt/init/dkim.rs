//! The dkim block of a manifest that is begun: what DNS has, the selectors of named providers that are the same for everybody,
//! and where the others are found. Pure.

use super::Draft;
use super::presets::{Preset, Selector, Target};
use crate::adopt::dkim::bare;
use crate::api::{DkimSelector, DkimSpec};
use crate::records::Standard;

/// What stands at a selector a provider signs with.
enum Place {
    /// Nothing.
    Free,
    /// Its own: a target of its, or a key, which may be one.
    Own,
    /// An alias to this name, which has no form known of it: two may sign by one name, and a selector leads to one of them.
    Others(String),
}

impl Draft<'_> {
    fn selectors(&self) -> impl Iterator<Item = &DkimSelector> {
        self.begun.spec.dkim.iter().flat_map(|dkim| &dkim.selectors)
    }

    fn is_target(&self, preset: &Preset, target: &str) -> bool {
        preset.is_target(target, self.live.domain.as_str())
    }

    fn place(&self, preset: &Preset, selector: &Selector, target: Option<&str>) -> Place {
        let mut place = Place::Free;
        for listed in self.selectors() {
            let cname = listed.cname.as_deref();
            if target.is_some() && cname == target {
                return Place::Own;
            }
            if !selector.is_named(&listed.name) {
                continue;
            }
            match cname {
                Some(cname) if selector.target != Target::Key && !self.is_target(preset, cname) => {
                    place = Place::Others(cname.to_owned());
                }
                _ => return Place::Own,
            }
        }
        place
    }

    /// What stands at another selector of the provider, with this one's name where that one's was: a tenant's selectors are
    /// named in one way, which may be an older one than new tenants get.
    fn as_beside(&self, preset: &Preset, selector: &Selector) -> Option<String> {
        self.selectors().find_map(|listed| {
            let own = preset.selectors.iter().find(|own| own.is_named(&listed.name))?;
            let cname = listed.cname.as_deref()?;
            let rest = cname.strip_prefix(own.name)?;
            // Else it is the beginning of another word, or somebody else signs by the same name.
            let is_whole = rest.starts_with(['.', '-']) && self.is_target(preset, cname);
            is_whole.then(|| format!("{}{rest}, as at {}", selector.name, own.name))
        })
    }

    pub(super) fn dkim(&mut self) {
        for (preset, _) in self.begun.providers.clone() {
            let has_any = {
                let mut targets = self.selectors().filter_map(|selector| selector.cname.as_deref());
                targets.any(|target| self.is_target(preset, target))
            };
            for selector in preset.selectors {
                match selector.target {
                    Target::Is(target) => self.same_for_all(preset, selector, target),
                    Target::Like(..) if has_any && selector.name.is_empty() => {}
                    Target::Like(form, _) => self.of_a_form(preset, selector, form),
                    Target::Key => self.key(preset, selector),
                }
            }
        }
    }

    fn same_for_all(&mut self, preset: &Preset, selector: &Selector, target: &str) {
        let (name, at) = (preset.name, selector.name);
        let target = target.replace("{domain}", self.live.domain.as_str());
        match self.place(preset, selector, Some(&target)) {
            Place::Own => {}
            Place::Others(cname) => {
                let text =
                    format!("{name} would sign with {at}, a CNAME to {target}; one to {cname} stands there");
                self.note("dkim", text);
            }
            Place::Free if !self.answers.name(preset) => {
                let text = format!("{name} would sign with {at}: a CNAME to {target}, which is not in DNS");
                self.note("dkim", text);
            }
            Place::Free => {
                let none = || DkimSpec {
                    selectors: Vec::new(),
                };
                let dkim = self.begun.spec.dkim.get_or_insert_with(none);
                dkim.selectors.push(DkimSelector {
                    cname: Some(target),
                    ..bare(at)
                });
                self.forget(Standard::Dkim);
            }
        }
    }

    fn of_a_form(&mut self, preset: &Preset, selector: &Selector, form: &str) {
        let domain = self.live.domain.as_str();
        let general = || form.replace("DOMAIN-WITH-HYPHENS", &domain.replace('.', "-"));
        let form = self.as_beside(preset, selector).unwrap_or_else(general);
        let (name, at, page) = (preset.name, selector.name, preset.page);
        let what = match self.place(preset, selector, None) {
            Place::Own => return,
            Place::Others(cname) => {
                format!("{name} would sign with {at}, a CNAME to {form}; one to {cname} stands there")
            }
            Place::Free if at.is_empty() => format!("{name}: add its selectors, a CNAME each to {form}"),
            Place::Free => format!("{name}: add selector {at}, a CNAME to {form}"),
        };
        self.note("dkim", format!("{what}; the provider tells the name: {page}"));
    }

    fn key(&mut self, preset: &Preset, selector: &Selector) {
        let (name, at, page) = (preset.name, selector.name, preset.page);
        let what = match self.place(preset, selector, None) {
            _ if at.is_empty() => format!("{name}: add its selector and key"),
            Place::Own | Place::Others(_) => return,
            Place::Free => format!("{name}: add selector {at} with its key"),
        };
        self.note(
            "dkim",
            format!("{what}, or anyKey: true; the provider tells both: {page}"),
        );
    }
}
