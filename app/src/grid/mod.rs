//! The picture of a design as plain values: zones are columns, tiers are rows, services lie across both as bands.
//!
//! In: a design, its canvas layout, a month's prices. Out: a [`Grid`] of rectangles in world points ([`layout`]), the
//! [`lines`] between them, and from both a [`scene`] of marks, which the window, the start screen's cards and exports
//! paint alike. Nothing here knows a pointer or a file.

pub mod bands;
pub mod layout;
pub mod lines;
pub mod picture;
pub mod scene;
pub mod screen;
pub mod traffic;
pub mod words;

use bayplan_engine::design::id::{SubnetId, VpcId};
use bayplan_engine::design::network::{EndpointService, SubnetTier};
use bayplan_engine::design::{ItemRef, Kind};
use bayplan_engine::names::Zone;
use egui::Rect;

/// What can be selected: an item, or something that stands on the canvas for several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    Item(ItemRef),
    /// All items of a kind, which share one card: images, log groups, secrets.
    All(Kind),
    /// An AWS service that somebody calls.
    Aws(EndpointService),
    Internet,
    /// The account: no item, and nowhere on the canvas.
    Account,
}

impl Pick {
    /// The item alone.
    pub fn item(&self) -> Option<&ItemRef> {
        match self {
            Self::Item(at) => Some(at),
            Self::All(_) | Self::Aws(_) | Self::Internet | Self::Account => None,
        }
    }
}

/// A side of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// The shape a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Across the cells of its subnets.
    Band,
    /// Inside one cell.
    Piece,
    /// In a margin.
    Card(Side),
}

/// What colours a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A service's own colour, by its number.
    Service(u16),
    Entrance,
    WayOut,
    Endpoint,
    Plain,
}

/// So many squares of a service's colour.
pub type Squares = (u16, u32);

/// One zone's part of a band.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub zone: Zone,
    pub rect: Rect,
    /// Tasks of a service, or what is stowed on a provider's instances.
    pub squares: Vec<Squares>,
}

/// Something drawn that can be selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub of: Pick,
    pub form: Form,
    pub rect: Rect,
    /// Its parts by zone; empty for pieces and cards.
    pub segments: Vec<Segment>,
    pub row: Option<usize>,
    pub tone: Tone,
    pub icon: char,
    pub name: String,
    pub detail: String,
    /// Right of the detail, before the price.
    pub capacity: String,
    /// One line of text alone.
    pub compact: bool,
}

impl Node {
    /// What a screen reader says of it.
    pub fn said(&self) -> String {
        let parts = [self.name.as_str(), self.detail.as_str(), self.capacity.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// A VPC's outline and its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct VpcBox {
    pub id: VpcId,
    pub rect: Rect,
    pub detail: String,
    pub columns: Vec<(Zone, Rect)>,
}

/// A row of subnets.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub vpc: VpcId,
    pub tier: SubnetTier,
    pub rect: Rect,
    pub folded: bool,
    /// How many bands the fold hides.
    pub hidden: usize,
}

/// Where a row and a column meet: a subnet, or the place of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub row: usize,
    pub zone: Zone,
    pub rect: Rect,
    pub subnet: Option<SubnetId>,
    /// The block and the free addresses.
    pub corner: String,
    /// What stands in the free space: whose NAT gateway it uses.
    pub note: Option<(Rect, String)>,
}

/// Everything with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    pub vpcs: Vec<VpcBox>,
    pub rows: Vec<Row>,
    pub cells: Vec<Cell>,
    pub nodes: Vec<Node>,
    /// Around all of it.
    pub bounds: Option<Rect>,
}

impl Grid {
    /// The first node of what was picked.
    pub fn node(&self, of: &Pick) -> Option<usize> {
        self.nodes.iter().position(|node| node.of == *of)
    }

    /// The cell of a subnet.
    pub fn cell(&self, subnet: &SubnetId) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.subnet.as_ref() == Some(subnet))
    }
}
