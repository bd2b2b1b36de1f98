//! Whose word counts: the resolver's, the name servers', or both.

use zegel::inquiry::Depth;
use zegel::judge::State;

use super::facts::{intent, record};
use super::net::Net;

const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\n_dmarc.voorbeeld.nl EXISTS";

#[test]
fn published_at_the_servers_and_old_at_the_resolver_is_read_as_the_spec_says() {
    for (observe, state, waits_for_the_resolver) in [
        ("Recursive", State::Missing, false),
        ("Authoritative", State::InSync, false),
        ("Both", State::InSync, true),
    ] {
        let spec =
            format!("{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}");
        let intent = intent(&spec);
        let mut net = Net::new(RIGHT);
        net.resolve("voorbeeld.nl EXISTS");
        let (verdict, facts) = net.judge_at(intent.depth(Depth::Closely), &intent);
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(record.state, state, "{observe}");
        assert_eq!(record.resolver.is_some(), waits_for_the_resolver, "{observe}");
        assert_eq!(facts.views() == 0, observe == "Recursive", "{observe}");
    }
}
