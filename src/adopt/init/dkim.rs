//! The dkim block of a manifest that is begun: what DNS has, the selectors of named providers that are the same for everybody,
//! and where the others are found. Pure.

use super::Draft;
use super::presets::{Preset, Selector, Target};
use crate::api::{DkimSelector, DkimSpec};
use crate::records::Standard;

impl Draft<'_> {
    /// What stands at another selector of the provider, with this one's name where that one's was: a tenant's selectors are
    /// named in one way, which may be an older one than new tenants get.
    fn as_beside(&self, preset: &Preset, selector: &Selector) -> Option<String> {
        let listed = self.begun.spec.dkim.iter().flat_map(|dkim| &dkim.selectors);
        let mut beside = listed.filter_map(|listed| {
            let own = preset.selectors.iter().find(|own| own.is_named(&listed.name))?;
            let rest = listed.cname.as_deref()?.strip_prefix(own.name)?;
            // Else it is the beginning of another word.
            let is_whole = rest.starts_with(['.', '-']);
            is_whole.then(|| format!("{}{rest}, as at {}", selector.name, own.name))
        });
        beside.next()
    }

    pub(super) fn dkim(&mut self) {
        let domain = self.live.domain.to_string();
        for (preset, _) in self.begun.providers.clone() {
            let listed = |draft: &Self, own: &Selector, target: Option<&str>| {
                let mut selectors = draft.begun.spec.dkim.iter().flat_map(|dkim| &dkim.selectors);
                selectors.any(|selector: &DkimSelector| {
                    own.is_named(&selector.name) || target.is_some() && selector.cname.as_deref() == target
                })
            };
            let has_any = {
                let selectors = self.begun.spec.dkim.iter().flat_map(|dkim| &dkim.selectors);
                let mut targets = selectors.filter_map(|selector| selector.cname.as_deref());
                targets.any(|target| preset.is_target(target, &domain))
            };
            for selector in preset.selectors {
                match selector.target {
                    Target::Is(target) => {
                        let target = target.replace("{domain}", &domain);
                        if listed(self, selector, Some(&target)) {
                            continue;
                        }
                        if !self.answers.name(preset) {
                            let text = format!(
                                "{} would sign with {}: a CNAME to {target}, which is not in DNS",
                                preset.name, selector.name
                            );
                            self.note("dkim", text);
                            continue;
                        }
                        let selectors = &mut self
                            .begun
                            .spec
                            .dkim
                            .get_or_insert_with(|| DkimSpec {
                                selectors: Vec::new(),
                            })
                            .selectors;
                        selectors.push(DkimSelector {
                            name: selector.name.to_owned(),
                            state: None,
                            public_key: None,
                            cname: Some(target),
                            any_key: None,
                            flags: Vec::new(),
                        });
                        self.forget(Standard::Dkim);
                    }
                    Target::Like(form, _) => {
                        if has_any && selector.name.is_empty() || listed(self, selector, None) {
                            continue;
                        }
                        let general = || form.replace("DOMAIN-WITH-HYPHENS", &domain.replace('.', "-"));
                        let form = self.as_beside(preset, selector).unwrap_or_else(general);
                        let what = match selector.name {
                            "" => format!("{}: add its selectors, a CNAME each to {form}", preset.name),
                            name => format!("{}: add selector {name}, a CNAME to {form}", preset.name),
                        };
                        self.note(
                            "dkim",
                            format!("{what}; the provider tells the name: {}", preset.page),
                        );
                    }
                    Target::Key => {
                        if !selector.name.is_empty() && listed(self, selector, None) {
                            continue;
                        }
                        let what = match selector.name {
                            "" => format!("{}: add its selector and key", preset.name),
                            name => format!("{}: add selector {name} with its key", preset.name),
                        };
                        let text = format!(
                            "{what}, or anyKey: true; the provider tells both: {}",
                            preset.page
                        );
                        self.note("dkim", text);
                    }
                }
            }
        }
    }
}
