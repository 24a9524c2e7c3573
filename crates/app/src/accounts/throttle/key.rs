//! What failures are counted by: an account, somebody who is signed in, an address.

use std::net::IpAddr;

use saydo_domain::UserId;
use sha2::{Digest as _, Sha256};

/// Failures of one account before it slows down.
pub(super) const FREE_PER_ACCOUNT: u32 = 5;
/// Failures from one address before it slows down: many people may share one.
pub(super) const FREE_PER_ADDRESS: u32 = 20;

/// What failures are counted by. Names are hashed: they are what somebody typed, as long as they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Account([u8; 16]),
    Confirmation([u8; 16]),
    Address(IpAddr),
}

impl Key {
    /// Logins with this name.
    pub(super) fn account(name: &str) -> Self {
        Self::Account(digest(name))
    }

    /// Confirmations by a signed-in person: no login with any name counts against them.
    pub(super) fn confirmation(user: &UserId) -> Self {
        Self::Confirmation(digest(user.as_str()))
    }

    /// Logins from this address.
    pub(super) fn address(address: IpAddr) -> Self {
        Self::Address(network(address))
    }

    /// Failures before it slows down.
    pub(super) const fn free(self) -> u32 {
        match self {
            Self::Account(_) | Self::Confirmation(_) => FREE_PER_ACCOUNT,
            Self::Address(_) => FREE_PER_ADDRESS,
        }
    }

    /// As Redis knows it.
    pub(super) fn name(self) -> (&'static str, String) {
        match self {
            Self::Account(digest) => ("login-account", hex(digest)),
            Self::Confirmation(digest) => ("password-confirmation", hex(digest)),
            Self::Address(address) => ("login-address", address.to_string()),
        }
    }
}

fn digest(name: &str) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(name).into();
    std::array::from_fn(|at| whole[at])
}

fn hex(digest: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest))
}

/// What addresses are counted by: IPv6 hosts own a /64.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
