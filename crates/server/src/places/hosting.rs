//! Networks of servers, by who runs them.

/// Whether this operator rents out servers, so that few people browse from there. Large ones only; an operator's own list
/// of networks says more.
pub fn runs_servers(asn: u32) -> bool {
    SERVERS.binary_search(&asn).is_ok()
}

/// Autonomous systems, sorted.
const SERVERS: [u32; 24] = [
    8_075,   // Microsoft Azure
    8_560,   // IONOS
    9_009,   // M247
    12_876,  // Scaleway
    13_335,  // Cloudflare
    14_061,  // DigitalOcean
    14_618,  // Amazon
    15_169,  // Google
    16_276,  // OVHcloud
    16_509,  // Amazon
    20_473,  // Vultr
    24_940,  // Hetzner
    28_753,  // Leaseweb Germany
    31_898,  // Oracle Cloud
    36_352,  // HostPapa, ColoCrossing
    37_963,  // Alibaba Cloud
    45_090,  // Tencent Cloud
    45_102,  // Alibaba Cloud
    51_167,  // Contabo
    60_068,  // Datacamp, CDN77
    60_781,  // Leaseweb Netherlands
    63_949,  // Akamai Linode
    132_203, // Tencent Cloud
    396_982, // Google Cloud
];
