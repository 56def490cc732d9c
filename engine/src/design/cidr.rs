//! Blocks of addresses, IPv4 and IPv6: read, written, compared and cut into parts.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// Which addresses a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressFamily {
    /// Addresses of 32 bits.
    Ipv4,
    /// Addresses of 128 bits.
    Ipv6,
}

/// A block of addresses of one family: `10.0.0.0/16`, `2600:1f18::/56`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    family: AddressFamily,
    /// The first address, host bits cleared (rule NET-01: written otherwise, it is normalised).
    address: u128,
    /// At most the family's bits.
    prefix: u8,
}

/// Why a text is no [`Cidr`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no block of addresses: an IPv4 block like 10.0.0.0/16 or an IPv6 block like 2600:1f18::/56 is expected"
)]
pub struct ParseCidrError(String);

impl AddressFamily {
    const fn bits(self) -> u8 {
        match self {
            Self::Ipv4 => 32,
            Self::Ipv6 => 128,
        }
    }
}

impl Cidr {
    /// `0.0.0.0/0`: every IPv4 address.
    pub const ALL_IPV4: Self = Self { family: AddressFamily::Ipv4, address: 0, prefix: 0 };
    /// `::/0`: every IPv6 address.
    pub const ALL_IPV6: Self = Self { family: AddressFamily::Ipv6, address: 0, prefix: 0 };
    /// `64:ff9b::/96`, in which IPv4 addresses appear to those that have IPv6 alone.
    ///
    /// Source: Amazon VPC User Guide, "DNS64 and NAT64" (rule NET-45); RFC 6052.
    pub const NAT64: Self = Self { family: AddressFamily::Ipv6, address: 0x0064_ff9b << 96, prefix: 96 };

    /// The IPv4 block of `prefix` bits that holds `address`; `None` if `prefix` is over 32.
    pub fn ipv4(address: Ipv4Addr, prefix: u8) -> Option<Self> {
        Self::holding(AddressFamily::Ipv4, u128::from(address.to_bits()), prefix)
    }

    /// The IPv6 block of `prefix` bits that holds `address`; `None` if `prefix` is over 128.
    pub fn ipv6(address: Ipv6Addr, prefix: u8) -> Option<Self> {
        Self::holding(AddressFamily::Ipv6, address.to_bits(), prefix)
    }

    const fn holding(family: AddressFamily, address: u128, prefix: u8) -> Option<Self> {
        if prefix > family.bits() {
            return None;
        }
        Some(Self { family, address: address & Self::mask(family, prefix), prefix })
    }

    /// Parsed from `a.b.c.d/n` or an IPv6 address with `/n`.
    pub fn parse(text: &str) -> Result<Self, ParseCidrError> {
        let parsed = || {
            let (address, prefix) = text.split_once('/')?;
            let prefix = prefix.parse().ok()?;
            match address.parse().ok()? {
                std::net::IpAddr::V4(address) => Self::ipv4(address, prefix),
                std::net::IpAddr::V6(address) => Self::ipv6(address, prefix),
            }
        };
        parsed().ok_or_else(|| ParseCidrError(text.to_owned()))
    }

    /// The bits of a block's own, of the family's bits alone.
    const fn mask(family: AddressFamily, prefix: u8) -> u128 {
        Self::span(family, 0) & !Self::span(family, prefix)
    }

    /// The last address of a block, counted from its first.
    const fn span(family: AddressFamily, prefix: u8) -> u128 {
        match family.bits() - prefix {
            128 => u128::MAX,
            host_bits => (1 << host_bits) - 1,
        }
    }

    /// Which addresses it holds.
    pub const fn family(self) -> AddressFamily {
        self.family
    }

    /// Its number of prefix bits.
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// How many of a subnet's addresses can be used: AWS keeps the first four and the last, of IPv4 and IPv6 alike
    /// (rule NET-02). The largest number where there are more.
    pub fn usable_addresses(self) -> u64 {
        // The span is one less than the addresses there are.
        u64::try_from(Self::span(self.family, self.prefix).saturating_sub(4)).unwrap_or(u64::MAX)
    }

    /// Whether it holds the whole of `other`.
    pub const fn holds(self, other: Self) -> bool {
        let alike = match (self.family, other.family) {
            (AddressFamily::Ipv4, AddressFamily::Ipv4) | (AddressFamily::Ipv6, AddressFamily::Ipv6) => true,
            (AddressFamily::Ipv4, AddressFamily::Ipv6) | (AddressFamily::Ipv6, AddressFamily::Ipv4) => false,
        };
        alike && self.prefix <= other.prefix && other.address & Self::mask(self.family, self.prefix) == self.address
    }

    /// Whether the two share an address.
    pub const fn overlaps(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// Its `index`-th part of `prefix` bits; `None` outside the block.
    pub fn part(self, prefix: u8, index: u32) -> Option<Self> {
        let cut = prefix.checked_sub(self.prefix)?;
        if prefix > self.family.bits() || cut < 32 && index >> cut != 0 {
            return None;
        }
        let offset = if index == 0 { 0 } else { u128::from(index) << (self.family.bits() - prefix) };
        Self::holding(self.family, self.address + offset, prefix)
    }

    /// The prefix of a new subnet in it: /24 or what it has itself, and the /64 that every IPv6 subnet has.
    ///
    /// Source: Amazon VPC User Guide, "Subnet CIDR blocks": an IPv6 subnet has a /64 (rule NET-01).
    pub fn usual_subnet_prefix(self) -> u8 {
        let usual = match self.family {
            AddressFamily::Ipv4 => 24,
            AddressFamily::Ipv6 => 64,
        };
        self.prefix.max(usual)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family {
            AddressFamily::Ipv4 => {
                let address = u32::try_from(self.address).expect("an IPv4 block's address has 32 bits");
                write!(f, "{}/{}", Ipv4Addr::from_bits(address), self.prefix)
            }
            AddressFamily::Ipv6 => write!(f, "{}/{}", Ipv6Addr::from_bits(self.address), self.prefix),
        }
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr {
    type Error = ParseCidrError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Cidr {
        Cidr::parse(text).expect("the test writes a block")
    }

    #[test]
    fn net_01_and_02_blocks_are_normalised_and_lose_five_addresses() {
        assert_eq!(block("100.68.0.18/18").to_string(), "100.68.0.0/18");
        assert_eq!(block("2600:1f18:0:ab01::7/56").to_string(), "2600:1f18:0:ab00::/56");
        // TV-59: /28, /24, /20. A /124 has 2^4 addresses, a /64 has 2^64 = 18,446,744,073,709,551,616.
        let usable = [
            ("10.0.0.0/28", 11),
            ("10.0.0.0/24", 251),
            ("10.0.0.0/20", 4091),
            ("0.0.0.0/0", 4_294_967_291),
            ("2600:1f18::/124", 11),
            ("2600:1f18::/64", 18_446_744_073_709_551_611),
            ("2600:1f18::/56", u64::MAX),
            ("10.0.0.0/30", 0),
        ];
        for (text, usable) in usable {
            assert_eq!(block(text).usable_addresses(), usable, "{text}");
        }
    }

    #[test]
    fn what_is_no_block_is_refused_with_what_is_expected() {
        let refused =
            ["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "x/8", "", "2600:1f18::", "::/129", "1::2::3/64", "::/-1"];
        for text in refused {
            let said = Cidr::parse(text).unwrap_err().to_string();
            let expected = "an IPv4 block like 10.0.0.0/16 or an IPv6 block like 2600:1f18::/56 is expected";
            assert_eq!(said, format!("`{text}` is no block of addresses: {expected}"));
        }
    }

    #[test]
    fn blocks_of_both_families_are_written_as_they_are_read() {
        let written =
            ["0.0.0.0/0", "10.0.0.0/16", "255.255.255.255/32", "::/0", "64:ff9b::/96", "2600:1f18::/56", "::1/128"];
        for text in written {
            assert_eq!(block(text).to_string(), text);
            let ron = format!("\"{text}\"");
            assert_eq!(ron::to_string(&ron::from_str::<Cidr>(&ron).unwrap()).unwrap(), ron);
        }
        assert_eq!((block("0.0.0.0/0"), block("::/0")), (Cidr::ALL_IPV4, Cidr::ALL_IPV6));
        assert_eq!(block("64:ff9b::/96"), Cidr::NAT64);
    }

    #[test]
    fn blocks_are_cut_and_compared() {
        let vpc = block("10.0.0.0/16");
        assert_eq!(vpc.part(24, 3), Some(block("10.0.3.0/24")));
        assert_eq!(vpc.part(24, 256), None);
        assert_eq!((vpc.part(8, 0), vpc.part(33, 0), vpc.part(16, 0)), (None, None, Some(vpc)));
        assert!(vpc.holds(block("10.0.255.0/24")));
        assert!(!vpc.overlaps(block("10.1.0.0/24")));
        assert!(block("10.0.3.0/25").overlaps(vpc));
        // A /56 has 2^8 blocks of /64: the last is ff.
        let wide = block("2600:1f18:0:ab00::/56");
        assert_eq!(wide.part(64, 255), Some(block("2600:1f18:0:abff::/64")));
        assert_eq!((wide.part(64, 256), wide.part(24, 0)), (None, None));
        assert!(wide.holds(block("2600:1f18:0:ab17::/64")) && !wide.holds(block("2600:1f18:0:ac00::/64")));
        assert_eq!(Cidr::ALL_IPV6.part(0, 0), Some(Cidr::ALL_IPV6));
        // The families share no address.
        assert!(!Cidr::ALL_IPV6.overlaps(vpc) && !Cidr::ALL_IPV4.overlaps(wide));
        assert_eq!((vpc.usual_subnet_prefix(), wide.usual_subnet_prefix()), (24, 64));
    }
}
