//! What the figures promise: the demo company, asked through the services and computed again by hand.

#[cfg(test)]
mod by_hand;
#[cfg(test)]
mod company;
#[cfg(test)]
mod dashboards;
#[cfg(test)]
mod recomputed;
#[cfg(test)]
mod tools;
