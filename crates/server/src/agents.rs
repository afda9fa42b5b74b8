//! What devices call themselves.

use authms_core::ports::Agents;
use authms_core::risk::Agent;
use woothee::parser::Parser;

/// Reads user agents by woothee's rules.
pub struct UserAgents;

impl Agents for UserAgents {
    fn agent(&self, user_agent: &str) -> Option<Agent> {
        const UNKNOWN: &str = woothee::woothee::VALUE_UNKNOWN;
        let found = Parser::new().parse(user_agent)?;
        if found.name == UNKNOWN && found.os == UNKNOWN {
            return None;
        }
        Some(Agent::new(&format!("{}/{}/{}", found.name, found.os, found.category)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_by_browser_system_and_kind_whatever_their_versions() {
        let firefox = |version| {
            format!("Mozilla/5.0 (X11; Linux x86_64; rv:{version}) Gecko/20100101 Firefox/{version}")
        };
        let agent = |text: &str| UserAgents.agent(text).map(|agent| agent.as_str().to_owned());
        assert_eq!(agent(&firefox("128.0")).as_deref(), Some("firefox/linux/pc"));
        assert_eq!(agent(&firefox("128.0")), agent(&firefox("140.0")));
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
        assert_eq!(agent(phone).as_deref(), Some("safari/iphone/smartphone"));
        for nothing in ["", "-", "x", &"(".repeat(256)] {
            assert_eq!(agent(nothing), None, "{nothing}");
        }
    }
}
