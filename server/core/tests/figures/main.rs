//! What the figures promise: the demo company, asked through the services and computed again by hand.

mod by_hand;
mod company;
mod dashboards;
mod recomputed;
mod tools;
