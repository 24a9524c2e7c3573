//! The acts of the drill, in their order.

mod breakage;
pub(crate) mod doings;
pub(crate) mod drill;
pub(crate) mod faults;
pub(crate) mod load;
pub(crate) mod releases;
pub(crate) mod restore;
