//! A chain that breaks names the zone whose fault that is, over the recorded tree.

use hickory_proto::rr::RecordType;
use zegel::dnssec::Zones;
use zegel::inquiry::Security;

use super::recording::Recording;

#[test]
fn who_is_to_blame_is_named() {
    let recording = Recording::read();
    for (name, kind, at, why) in [
        ("_dmarc.expired.nl.", RecordType::DNSKEY, "expired.nl", "Expired"),
        ("to-bogus.good.com.", RecordType::DNSKEY, "expired.nl", "Expired"),
        (
            "_dmarc.wrongds.nl.",
            RecordType::DNSKEY,
            "wrongds.nl",
            "DsMatchesNoKey",
        ),
        (
            "_dmarc.wrongdigest.nl.",
            RecordType::DNSKEY,
            "wrongdigest.nl",
            "DigestDiffers",
        ),
        (
            "_dmarc.idlekey.nl.",
            RecordType::DNSKEY,
            "idlekey.nl",
            "KeyDoesNotSign",
        ),
        (
            "_dmarc.nosigkeys.nl.",
            RecordType::DNSKEY,
            "nosigkeys.nl",
            "KeyDoesNotSign",
        ),
        ("_dmarc.nokeys.nl.", RecordType::DNSKEY, "nokeys.nl", "NoDnskey"),
        (
            "_dmarc.altered.nl.",
            RecordType::TXT,
            "altered.nl",
            "BadSignature",
        ),
        ("_dmarc.nosig.nl.", RecordType::TXT, "nosig.nl", "NoSignature"),
        (
            "_dmarc.lostkey.nl.",
            RecordType::TXT,
            "lostkey.nl",
            "NoMatchingKey",
        ),
        ("nothing.nonsec.nl.", RecordType::NSEC, "nonsec.nl", "NoProof"),
        // A zone above in whose name it is signed has signed nothing here.
        ("_dmarc.signer.nl.", RecordType::TXT, "signer.nl", "WrongSigner"),
        ("nothing.signer.nl.", RecordType::NSEC, "signer.nl", "WrongSigner"),
        (
            "_dmarc.rootsigner.com.",
            RecordType::TXT,
            "rootsigner.com",
            "WrongSigner",
        ),
        (
            "nothing.rootsigner.com.",
            RecordType::NSEC,
            "rootsigner.com",
            "WrongSigner",
        ),
        (
            "_dmarc.freesigner.nl.",
            RecordType::TXT,
            "freesigner.nl",
            "WrongSigner",
        ),
        // No DS, and no proof of it: the zone that should prove it.
        ("_dmarc.sub.nonsec.nl.", RecordType::NSEC, "nonsec.nl", "NoProof"),
    ] {
        let row = recording.row(name, RecordType::TXT);
        let (proven, _) = recording.judge(row, &Zones::default());
        let Security::Bogus(bogus) = proven.security else {
            panic!("{name}: {:?}", proven.security);
        };
        assert_eq!((bogus.at.as_str(), bogus.why.reason()), (at, why), "{name}");
        assert_eq!(bogus.kind.0, u16::from(kind), "{name}");
    }
}
