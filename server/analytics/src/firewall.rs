//! SQL firewall: accepts exactly one read-only query over known tables, of bounded size and depth.
//!
//! The rules have no side effects. They check the syntax tree of the engine's own parser, and the
//! plan is built from that same tree.

use crate::functions;
use datafusion::sql::sqlparser::{
    ast::{
        BinaryOperator, Expr, Function, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Statement,
        TableFactor, Value, ValueWithSpan, Visit, Visitor,
    },
    dialect::GenericDialect,
    parser::{Parser, ParserError},
    tokenizer::Tokenizer,
};
use penny_ports::analytics::QueryError;
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

/// Maximum length of the query text, in bytes.
const MAX_SQL_BYTES: usize = 20_000;
/// Maximum number of tokens; also bounds operator chains, which the parser builds without recursion.
const MAX_TOKENS: usize = 4_000;
/// Maximum recursion depth of the parser.
const MAX_PARSE_DEPTH: usize = 48;
/// Maximum depth of an expression, including chains of operators.
const MAX_EXPR_DEPTH: usize = 256;
/// Maximum number of SELECTs in one query.
const MAX_SELECTS: usize = 64;
/// Maximum number of table reads after every common table expression (CTE) is inlined.
const MAX_TABLE_READS: usize = 64;
/// Maximum number of concatenations: each may double a string, and the engine's memory limit does not
/// cover that.
const MAX_CONCATENATIONS: usize = 10;

/// A query that passed the checks.
#[derive(Debug)]
pub struct CheckedQuery {
    /// The checked syntax tree.
    pub statement: Statement,
    /// Names of the parameters in the query, without the dollar sign.
    pub params: HashSet<String>,
}

/// Parses the text and checks that it is one bounded read-only query over `tables`.
///
/// # Errors
/// [`QueryError::Invalid`] when it does not parse or names an unknown table, [`QueryError::Refused`]
/// when it violates a rule.
pub fn check(sql: &str, tables: &[&str]) -> Result<CheckedQuery, QueryError> {
    let statement = parse(sql)?;
    let Statement::Query(query) = &statement else {
        return refuse("only a SELECT is allowed");
    };
    let mut checker = QueryChecker { tables, ..QueryChecker::default() };
    if let ControlFlow::Break(error) = query.visit(&mut checker) {
        return Err(*error);
    }
    checker.check_reads()?;
    Ok(CheckedQuery { params: checker.params, statement })
}

fn refuse<T>(reason: &'static str) -> Result<T, QueryError> {
    Err(QueryError::Refused { reason })
}

fn parse(sql: &str) -> Result<Statement, QueryError> {
    if sql.len() > MAX_SQL_BYTES {
        return refuse("the query is too long");
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(|error| QueryError::Invalid { detail: crate::errors::truncate(&error.to_string()) })?;
    if tokens.len() > MAX_TOKENS {
        return refuse("the query is too long");
    }
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(MAX_PARSE_DEPTH)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => {
                QueryError::Refused { reason: "the query is nested too deeply" }
            }
            ParserError::ParserError(detail) | ParserError::TokenizerError(detail) => {
                QueryError::Invalid { detail: crate::errors::truncate(&detail) }
            }
        })?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (None, _) => Err(QueryError::Invalid { detail: "there is no query".to_owned() }),
        (Some(_), false) => refuse("only one statement is allowed"),
    }
}

/// Returns an identifier as the engine compares it: in lower case unless it is quoted.
fn normalized(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

/// Visitor that collects what the rules need and stops at the first violation.
#[derive(Default)]
struct QueryChecker<'a> {
    tables: &'a [&'a str],
    selects: usize,
    concatenations: usize,
    depth: usize,
    params: HashSet<String>,
    /// The tables and CTEs that each CTE reads directly.
    cte_reads: HashMap<String, Vec<String>>,
    /// All tables and CTEs that the query reads, with repetitions.
    reads: Vec<String>,
}

type VisitFlow = ControlFlow<Box<QueryError>>;

fn stop(reason: &'static str) -> VisitFlow {
    ControlFlow::Break(Box::new(QueryError::Refused { reason }))
}

impl Visitor for QueryChecker<'_> {
    type Break = Box<QueryError>;

    fn pre_visit_query(&mut self, query: &Query) -> VisitFlow {
        if !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return stop("locks, settings, formats and pipes are not supported");
        }
        self.check_body(&query.body)?;
        self.check_ctes(query)
    }

    fn pre_visit_select(&mut self, select: &Select) -> VisitFlow {
        self.selects += 1;
        if self.selects > MAX_SELECTS {
            return stop("the query has too many parts");
        }
        if select.into.is_some() {
            return stop("a query must be read-only");
        }
        if !select.lateral_views.is_empty() || !select.connect_by.is_empty() {
            return stop("lateral views and CONNECT BY are not supported");
        }
        VisitFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> VisitFlow {
        match factor {
            TableFactor::Table { args: None, version: None, json_path: None, sample: None, .. }
            | TableFactor::Derived { lateral: false, sample: None, .. }
            | TableFactor::NestedJoin { .. } => VisitFlow::Continue(()),
            _ => stop("only tables and subqueries are allowed in FROM"),
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> VisitFlow {
        match relation.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => {
                self.reads.push(normalized(name));
                VisitFlow::Continue(())
            }
            _ => stop("table names must not have a schema"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> VisitFlow {
        self.depth += 1;
        if self.depth > MAX_EXPR_DEPTH {
            return stop("the query is nested too deeply");
        }
        match expr {
            Expr::Function(function) => self.check_function(function)?,
            Expr::BinaryOp { op: BinaryOperator::StringConcat, .. } => self.concatenations += 1,
            _ => {}
        }
        if self.concatenations > MAX_CONCATENATIONS {
            return stop("the query has too many string concatenations");
        }
        VisitFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> VisitFlow {
        self.depth = self.depth.saturating_sub(1);
        VisitFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> VisitFlow {
        if let Value::Placeholder(name) = &value.value {
            match name.strip_prefix('$') {
                Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
                    self.params.insert(name.to_owned());
                }
                _ => return stop("parameters must have a name, such as $from"),
            }
        }
        VisitFlow::Continue(())
    }
}

impl QueryChecker<'_> {
    fn check_body(&self, body: &SetExpr) -> VisitFlow {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => VisitFlow::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                self.check_body(left)?;
                self.check_body(right)
            }
            _ => stop("a query must be read-only"),
        }
    }

    /// Records what each CTE reads. Rejects recursion and duplicate names, so that a name is unambiguous
    /// in [`Self::check_reads`].
    fn check_ctes(&mut self, query: &Query) -> VisitFlow {
        let Some(with) = &query.with else { return VisitFlow::Continue(()) };
        if with.recursive {
            return stop("recursive queries are not allowed");
        }
        for cte in &with.cte_tables {
            let name = normalized(&cte.alias.name);
            if self.tables.contains(&name.as_str()) || self.cte_reads.contains_key(&name) {
                return stop("two tables have the same name");
            }
            let mut collector = RelationCollector::default();
            let _ = cte.query.visit(&mut collector);
            self.cte_reads.insert(name, collector.0);
        }
        VisitFlow::Continue(())
    }

    fn check_function(&mut self, function: &Function) -> VisitFlow {
        let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else {
            return stop("function names must not have a schema");
        };
        let name = normalized(name);
        if !functions::is_allowed(&name) {
            return stop("the query calls a function that is not allowed");
        }
        if name.starts_with("concat") {
            let arguments = match &function.args {
                datafusion::sql::sqlparser::ast::FunctionArguments::List(list) => list.args.len(),
                _ => 0,
            };
            self.concatenations += arguments.saturating_sub(1);
        }
        VisitFlow::Continue(())
    }

    /// Checks that every table exists and counts the table reads after the CTEs are inlined, as the
    /// planner does: a chain of twenty CTEs that each read the previous one twice has a million reads.
    fn check_reads(&self) -> Result<(), QueryError> {
        let mut read_counts: HashMap<&str, usize> = HashMap::new();
        let mut total = 0_usize;
        for name in &self.reads {
            total = total.saturating_add(self.read_count(name, &mut read_counts, 0)?);
        }
        if total > MAX_TABLE_READS { refuse("the query reads tables too many times") } else { Ok(()) }
    }

    /// Returns the number of reads that one use of the name causes; `read_counts` caches the results.
    fn read_count<'s>(
        &'s self,
        name: &'s str,
        read_counts: &mut HashMap<&'s str, usize>,
        depth: usize,
    ) -> Result<usize, QueryError> {
        if let Some(count) = read_counts.get(name) {
            return Ok(*count);
        }
        if depth > MAX_SELECTS {
            return refuse("recursive queries are not allowed");
        }
        let count = match self.cte_reads.get(name) {
            None if self.tables.contains(&name) => 1,
            None => {
                return Err(QueryError::Invalid {
                    detail: crate::errors::truncate(&format!("the table {name} does not exist")),
                });
            }
            Some(reads) => {
                let mut sum = 1_usize;
                for read in reads {
                    sum = sum.saturating_add(self.read_count(read, read_counts, depth + 1)?);
                }
                sum
            }
        };
        read_counts.insert(name, count);
        Ok(count)
    }
}

/// Visitor that collects the names of the tables and CTEs that a query reads.
#[derive(Default)]
struct RelationCollector(Vec<String>);

impl Visitor for RelationCollector {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        if let Some(ObjectNamePart::Identifier(name)) = relation.0.last() {
            self.0.push(normalized(name));
        }
        ControlFlow::Continue(())
    }
}
