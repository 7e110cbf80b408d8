//! The design system: small parts that know no feature. Their looks are in `style/ui.css`.
//!
//! Texts are `TextProp`s, so that they can follow the reader's language: pass [`crate::state::tr`].

mod button;
pub mod clipboard;
mod dialog;
pub mod dom;
mod field;
mod icon;
mod icons;
mod later;
mod menu;
mod page_title;
mod small;
mod splitter;
mod tabs;

pub use button::{Button, IconButton, Look};
pub use dialog::Dialog;
pub use field::TextField;
pub use icon::Icon;
pub use icons::Glyph;
pub use later::{later, later_in};
pub use menu::{Menu, MenuItem};
pub use page_title::{PageName, PageTitle};
pub use small::{Badge, BadgeTone, EmptyState, FaultNotice, Kbd, LiveRegion, Skeleton, VisuallyHidden};
pub use splitter::{Side, Splitter};
pub use tabs::{Tab, Tabs};
