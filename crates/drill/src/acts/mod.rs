//! The acts of the drill, in their order.

pub(crate) mod breakage;
pub(crate) mod faults;
pub(crate) mod load;
pub(crate) mod releases;
pub(crate) mod restore;
