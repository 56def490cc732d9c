//! Where everything stands: a design and its canvas layout → a [`Grid`].
//!
//! Pure. World points: one is a point of the screen at 100 %. VPCs stand one under the other; a band's row is the tier
//! of its first subnet, its columns are the zones of all of them; a zone between that it skips is cut out. What lists no
//! subnet stands in a row of its own under the VPCs. Nothing is ever left out.

use std::collections::BTreeMap;

use bayplan_engine::design::cidr::AddressFamily;
use bayplan_engine::design::id::{SubnetId, VpcId};
use bayplan_engine::design::network::{NatPlacement, SubnetTier};
use bayplan_engine::design::project::Layout;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::names::Zone;
use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::bands::{self, Band, Card, Height, Piece};
use super::{Cell, Form, Grid, Node, Pick, Row, Segment, Side, Squares, Tone, VpcBox, words};

/// Measures in world points.
const MARGIN: f32 = 190.0;
const VPC_PAD: f32 = 14.0;
const ROW_PAD: f32 = 8.0;
const ROW_GAP: f32 = 12.0;
const COLUMN_GAP: f32 = 10.0;
const BAND_INSET: f32 = 6.0;
const CARD: Vec2 = vec2(150.0, 50.0);
const CARD_GAP: f32 = 12.0;
/// More bands than this in one VPC are drawn as single lines.
const MANY: usize = 9;

/// How much room things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// As room allows: many bands of a VPC become single lines.
    Full,
    /// Single lines.
    Compact,
    /// For a small picture without words.
    Small,
}

impl Density {
    fn vpc_head(self) -> f32 {
        if self == Self::Small { 10.0 } else { 34.0 }
    }

    fn zone_head(self) -> f32 {
        if self == Self::Small { 2.0 } else { 24.0 }
    }

    fn row_head(self) -> f32 {
        if self == Self::Small { 8.0 } else { 24.0 }
    }

    fn band_gap(self) -> f32 {
        match self {
            Self::Full => 6.0,
            Self::Compact => 3.0,
            Self::Small => 5.0,
        }
    }

    fn band(self, height: Height) -> f32 {
        match (height, self) {
            (Height::Instances, Self::Compact) => 30.0,
            (Height::Instances, Self::Small) | (Height::Line, Self::Full) => 34.0,
            (Height::Line | Height::Two, Self::Compact | Self::Small) => 26.0,
            (Height::Two, Self::Full) => 54.0,
            (Height::Instances, Self::Full) => 74.0,
        }
    }

    fn piece(self) -> f32 {
        if self == Self::Full { 46.0 } else { 26.0 }
    }
}

/// Places everything.
pub fn layout(design: &Design, canvas: &Layout, density: Density) -> Grid {
    let mut grid = Grid::default();
    let mut all = bands::bands(design);
    sort(&mut all, canvas);
    let mut top = 0.0;
    for (id, vpc) in &design.vpcs {
        let own: Vec<Band> = take_own(&mut all, design, id);
        let density = if density == Density::Full && own.len() > MANY { Density::Compact } else { density };
        let mut placing = Placing::new(design, canvas, id, pos2(MARGIN, top), density, &mut grid);
        let rect = placing.vpc(&own);
        let columns = placing.columns;
        grid.vpcs.push(VpcBox { id: id.clone(), rect, detail: words::vpc(vpc), columns });
        top = rect.bottom() + 18.0;
    }
    let right = grid.vpcs.iter().map(|v| v.rect.right()).fold(MARGIN + 420.0, f32::max);
    top = strays(&mut grid, all, pos2(MARGIN, top), right);
    margins(&mut grid, bands::cards(design), canvas, right);
    let around = grid.nodes.iter().map(|n| n.rect).chain(grid.vpcs.iter().map(|v| v.rect));
    grid.bounds = around.reduce(Rect::union).map(|r| r.union(Rect::from_min_max(r.min, pos2(r.max.x, top))));
    grid
}

/// Those in the layout's order first and in its order; the rest by what they are, then by name.
fn sort(all: &mut [Band], canvas: &Layout) {
    let place = |of: &ItemRef| canvas.order.iter().position(|at| at == of).unwrap_or(usize::MAX);
    all.sort_by(|a, b| (place(&a.of), a.rank, &a.of).cmp(&(place(&b.of), b.rank, &b.of)));
}

fn take_own(all: &mut Vec<Band>, design: &Design, vpc: &VpcId) -> Vec<Band> {
    let stands_in = |band: &Band| {
        band.subnets.iter().find_map(|id| design.subnets.get(id)).is_some_and(|subnet| subnet.vpc == *vpc)
    };
    let (own, rest) = std::mem::take(all).into_iter().partition(stands_in);
    *all = rest;
    own
}

/// One VPC while it is placed.
struct Placing<'a> {
    design: &'a Design,
    canvas: &'a Layout,
    id: &'a VpcId,
    corner: Pos2,
    columns: Vec<(Zone, Rect)>,
    density: Density,
    grid: &'a mut Grid,
}

impl<'a> Placing<'a> {
    fn new(
        design: &'a Design,
        canvas: &'a Layout,
        id: &'a VpcId,
        corner: Pos2,
        density: Density,
        grid: &'a mut Grid,
    ) -> Self {
        let zones = zones(design, id);
        let width = match zones.len() {
            0 | 1 => 400.0,
            2 => 272.0,
            3 => 190.0,
            _ => 164.0,
        };
        let (mut left, top) = (corner.x + VPC_PAD, corner.y + density.vpc_head());
        let mut columns = Vec::new();
        for zone in zones {
            columns.push((zone, Rect::from_min_size(pos2(left, top), vec2(width, 0.0))));
            left += width + COLUMN_GAP;
        }
        Self { design, canvas, id, corner, columns, density, grid }
    }

    /// Places all rows; answers the VPC's outline.
    fn vpc(&mut self, own: &[Band]) -> Rect {
        let mut top = self.corner.y + self.density.vpc_head() + self.density.zone_head();
        for tier in tiers(self.design, self.id) {
            let in_row: Vec<Band> = own.iter().filter(|band| self.tier_of(band) == Some(&tier)).cloned().collect();
            top = self.row(tier, in_row, top) + ROW_GAP;
        }
        let bottom = top - ROW_GAP + VPC_PAD;
        for (_, column) in &mut self.columns {
            column.max.y = bottom - VPC_PAD / 2.0;
        }
        let right = self.columns.last().map_or(self.corner.x + 400.0, |(_, column)| column.right() + VPC_PAD);
        Rect::from_min_max(self.corner, pos2(right, bottom.max(self.corner.y + 98.0)))
    }

    fn tier_of(&self, band: &Band) -> Option<&'a SubnetTier> {
        let design: &'a Design = self.design;
        band.subnets.iter().find_map(|id| design.subnets.get(id)).map(|subnet| &subnet.tier)
    }

    /// Places one row; answers its lower edge.
    fn row(&mut self, tier: SubnetTier, own: Vec<Band>, top: f32) -> f32 {
        let row = self.grid.rows.len();
        let key = (self.id.clone(), tier.word().to_owned());
        let folded = self.canvas.folded.contains(&key);
        let pieces: Vec<Piece> =
            bands::pieces(self.design).into_iter().filter(|p| self.is_in(&p.subnet, &tier)).collect();
        let hidden = if folded { own.len() + pieces.len() } else { 0 };
        let head = self.density.row_head();
        let mut at = top + head;
        let mut notes = BTreeMap::new();
        if !folded {
            let (before, after): (Vec<_>, Vec<_>) = own.into_iter().partition(|band| band.rank <= 1);
            at = self.stack(row, before, at);
            if tier == SubnetTier::Public && !bands::pieces(self.design).is_empty() || !pieces.is_empty() {
                at = self.pieces(row, &tier, pieces, at, &mut notes);
            }
            at = self.stack(row, after, at);
        }
        let bottom = if folded { at + 2.0 } else { (at + ROW_PAD - self.density.band_gap()).max(top + head + 30.0) };
        let width = self.columns.last().map_or(0.0, |(_, c)| c.right()) - self.corner.x - VPC_PAD;
        let rect =
            Rect::from_min_max(pos2(self.corner.x + VPC_PAD, top), pos2(self.corner.x + VPC_PAD + width, bottom));
        for (zone, column) in &self.columns {
            let subnet = subnet_of(self.design, self.id, &tier, zone);
            let corner = subnet.map_or(String::new(), |id| corner_text(self.design, id));
            self.grid.cells.push(Cell {
                row,
                zone: zone.clone(),
                rect: Rect::from_min_max(pos2(column.left(), top), pos2(column.right(), bottom)),
                subnet: subnet.cloned(),
                corner,
                note: notes.remove(zone),
            });
        }
        self.grid.rows.push(Row { vpc: self.id.clone(), tier, rect, folded, hidden });
        bottom
    }

    fn is_in(&self, subnet: &SubnetId, tier: &SubnetTier) -> bool {
        self.design.subnets.get(subnet).is_some_and(|s| s.vpc == *self.id && s.tier == *tier)
    }

    /// Bands one under the other; answers where the next may stand.
    fn stack(&mut self, row: usize, own: Vec<Band>, mut at: f32) -> f32 {
        for band in own {
            let height = self.density.band(band.height);
            self.band(row, band, at, height);
            at += height + self.density.band_gap();
        }
        at
    }

    fn band(&mut self, row: usize, band: Band, top: f32, height: f32) {
        let zones: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, (zone, _))| {
                band.subnets.iter().any(|id| self.design.subnets.get(id).is_some_and(|s| s.zone == *zone))
            })
            .map(|(place, _)| place)
            .collect();
        let shares = spread(&band.squares, zones.len());
        let mut segments = Vec::new();
        for (place, squares) in zones.iter().copied().zip(shares) {
            let (zone, column) = &self.columns[place];
            let joined = |other: Option<usize>| other.is_some_and(|other| zones.contains(&other));
            let left = column.left() + BAND_INSET
                - if joined(place.checked_sub(1)) { BAND_INSET + COLUMN_GAP / 2.0 } else { 0.0 };
            let right =
                column.right() - BAND_INSET + if joined(Some(place + 1)) { BAND_INSET + COLUMN_GAP / 2.0 } else { 0.0 };
            let rect = Rect::from_min_max(pos2(left, top), pos2(right, top + height));
            segments.push(Segment { zone: zone.clone(), rect, squares });
        }
        let Some(rect) = segments.iter().map(|s| s.rect).reduce(Rect::union) else { return };
        let compact = self.density != Density::Full;
        self.grid.nodes.push(node(band, Some(row), rect, segments, compact));
    }

    /// What stands in single cells, one line of them; the other cells say whose NAT gateway they use.
    fn pieces(
        &mut self,
        row: usize,
        tier: &SubnetTier,
        own: Vec<Piece>,
        top: f32,
        notes: &mut BTreeMap<Zone, (Rect, String)>,
    ) -> f32 {
        let height = self.density.piece();
        let gap = self.density.band_gap();
        let mut lines: BTreeMap<Zone, f32> = BTreeMap::new();
        for piece in own {
            let Some(subnet) = self.design.subnets.get(&piece.subnet) else { continue };
            let Some((_, column)) = self.columns.iter().find(|(zone, _)| *zone == subnet.zone) else { continue };
            let line = lines.entry(subnet.zone.clone()).or_insert(0.0);
            let at = pos2(column.left() + BAND_INSET, top + *line * (height + gap));
            *line += 1.0;
            let size = vec2((column.width() - 2.0 * BAND_INSET).min(200.0), height);
            self.grid.nodes.push(Node {
                name: piece.of.name().to_owned(),
                of: Pick::Item(piece.of),
                form: Form::Piece,
                rect: Rect::from_min_size(at, size),
                segments: Vec::new(),
                row: Some(row),
                tone: Tone::WayOut,
                icon: crate::widgets::icon::NAT,
                detail: piece.detail,
                capacity: String::new(),
                compact: self.density != Density::Full,
            });
        }
        let most = lines.values().copied().fold(1.0, f32::max);
        for (zone, column) in &self.columns {
            let drawn = subnet_of(self.design, self.id, tier, zone).is_some();
            if drawn
                && !lines.contains_key(zone)
                && let Some(nat) = serving_nat(self.design, self.id)
            {
                let place = Rect::from_min_size(pos2(column.left(), top), vec2(column.width(), height));
                notes.insert(zone.clone(), (place, format!("uses {nat}")));
            }
        }
        top + most * (height + gap)
    }
}

fn node(band: Band, row: Option<usize>, rect: Rect, segments: Vec<Segment>, compact: bool) -> Node {
    Node {
        name: band.of.name().to_owned(),
        of: Pick::Item(band.of),
        form: Form::Band,
        rect,
        segments,
        row,
        tone: band.tone,
        icon: band.icon,
        detail: band.detail,
        capacity: band.capacity,
        compact: compact || band.height == Height::Line,
    }
}

/// Squares dealt to zones in turn, as tasks are spread.
fn spread(squares: &[Squares], zones: usize) -> Vec<Vec<Squares>> {
    let mut shares = vec![Vec::new(); zones];
    for (slot, count) in squares {
        for (place, share) in shares.iter_mut().enumerate() {
            let zones = u32::try_from(zones.max(1)).unwrap_or(1);
            let extra = u32::from(u32::try_from(place).unwrap_or(0) < count % zones);
            share.push((*slot, count / zones + extra));
        }
    }
    shares
}

/// Bands that list no drawn subnet, under the VPCs.
fn strays(grid: &mut Grid, bands: Vec<Band>, corner: Pos2, right: f32) -> f32 {
    let mut top = corner.y;
    for band in bands {
        let rect = Rect::from_min_max(pos2(corner.x + VPC_PAD, top), pos2(right - VPC_PAD, top + 34.0));
        let squares = band.squares.clone();
        let segment = Segment { zone: Zone::new(""), rect, squares };
        let mut stray = node(band, None, rect, vec![segment], true);
        if stray.capacity.is_empty() {
            "in no subnet yet".clone_into(&mut stray.capacity);
        }
        grid.nodes.push(stray);
        top += 40.0;
    }
    top
}

fn margins(grid: &mut Grid, cards: Vec<Card>, canvas: &Layout, right: f32) {
    let mut tops = [46.0, 46.0];
    for card in cards {
        let (column, left) = match card.side {
            Side::Left => (0, 0.0),
            Side::Right => (1, right + MARGIN - CARD.x),
        };
        let natural = pos2(left, tops[column]);
        tops[column] += CARD.y + CARD_GAP;
        let moved = canvas.margins.get(&margin_key(&card.of)).map(|(x, y)| vec2(*x as f32, *y as f32));
        let rect = Rect::from_min_size(natural + moved.unwrap_or_default(), CARD);
        grid.nodes.push(Node {
            of: card.of,
            form: Form::Card(card.side),
            rect,
            segments: Vec::new(),
            row: None,
            tone: card.tone,
            icon: card.icon,
            name: card.name,
            detail: card.detail,
            capacity: String::new(),
            compact: false,
        });
    }
}

/// The name under which the layout keeps a card's place: `load visitors`.
pub fn margin_key(of: &Pick) -> String {
    match of {
        Pick::Item(at) => at.to_string(),
        Pick::All(kind) => kind.to_string(),
        Pick::Aws(service) => service.to_string(),
        Pick::Internet => "internet".to_owned(),
        Pick::Account => "account".to_owned(),
    }
}

/// The columns of a VPC: its own order, else the zones of its subnets, sorted.
pub fn zones(design: &Design, vpc: &VpcId) -> Vec<Zone> {
    let mut zones = design.vpcs.get(vpc).map(|v| v.zones.clone()).unwrap_or_default();
    let mut used: Vec<_> = design.subnets.values().filter(|s| s.vpc == *vpc).map(|s| s.zone.clone()).collect();
    used.sort();
    for zone in used {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones
}

/// The rows of a VPC: public, the user's own, private, isolated.
pub fn tiers(design: &Design, vpc: &VpcId) -> Vec<SubnetTier> {
    let rank = |tier: &SubnetTier| match tier {
        SubnetTier::Public => 0,
        SubnetTier::Named(_) => 1,
        SubnetTier::Private => 2,
        SubnetTier::Isolated => 3,
    };
    let mut tiers: Vec<_> = design.subnets.values().filter(|s| s.vpc == *vpc).map(|s| s.tier.clone()).collect();
    tiers.sort_by(|a, b| (rank(a), a).cmp(&(rank(b), b)));
    tiers.dedup();
    tiers
}

/// The subnet of a VPC's tier and zone; the first by name where there are several.
pub fn subnet_of<'d>(design: &'d Design, vpc: &VpcId, tier: &SubnetTier, zone: &Zone) -> Option<&'d SubnetId> {
    design.subnets.iter().find(|(_, s)| s.vpc == *vpc && s.tier == *tier && s.zone == *zone).map(|(id, _)| id)
}

/// The one NAT gateway that zones without their own use (engine rule of `design::network`: the VPC's only other one).
fn serving_nat<'d>(design: &'d Design, vpc: &VpcId) -> Option<&'d str> {
    let here = |nat: &&'d bayplan_engine::design::network::NatGateway| match &nat.placement {
        NatPlacement::Zonal(subnet) => design.subnets.get(subnet).is_some_and(|s| s.vpc == *vpc),
        NatPlacement::Regional(of) => of == vpc,
    };
    let mut own = design.nat_gateways.iter().filter(|(_, nat)| here(nat));
    let first = own.next()?;
    own.next().is_none().then(|| first.0.as_str())
}

/// `/24 · 241 free`: what AWS keeps and what is drawn in the subnet is taken off.
fn corner_text(design: &Design, id: &SubnetId) -> String {
    let Some(subnet) = design.subnets.get(id) else { return String::new() };
    let taken = addresses_taken(design, id);
    let free = subnet.cidr.usable_addresses().saturating_sub(taken);
    // Of IPv6 more are free than a label has room to say.
    match subnet.cidr.family() {
        AddressFamily::Ipv4 => format!("/{} · {} free", subnet.cidr.prefix(), words::thousands(free)),
        AddressFamily::Ipv6 => format!("/{} · IPv6", subnet.cidr.prefix()),
    }
}

/// How many addresses of a subnet the drawing takes: tasks at their most, interfaces, NAT gateways, balancers' nodes.
fn addresses_taken(design: &Design, id: &SubnetId) -> u64 {
    let one = |subnets: &[SubnetId]| u64::from(subnets.contains(id));
    let services: u64 = design
        .services
        .values()
        .filter(|s| s.subnets.contains(id))
        .map(|s| u64::from(s.bounds().1).div_ceil(s.subnets.len() as u64))
        .sum();
    let endpoints: u64 = design.vpc_endpoints.values().map(|e| one(e.subnets())).sum();
    let balancers: u64 = design.load_balancers.values().map(|b| one(&b.subnets)).sum();
    let systems: u64 = design.file_systems.values().map(|f| one(&f.subnets)).sum();
    let instances: u64 = design.capacity_providers.values().map(|p| one(p.subnets())).sum();
    let nats = bands::pieces(design).iter().filter(|piece| piece.subnet == *id).count() as u64;
    services + endpoints + balancers + systems + instances + nats
}

#[cfg(test)]
#[path = "layout_tests.rs"]
pub(crate) mod tests;
