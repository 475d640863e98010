# Covariances of sampling errors: Rscript tests/oracle/r/covariances.R (from the project's root).
suppressPackageStartupMessages({library(metafor); library(clubSandwich)})
source("tests/oracle/r/write_case.R")

dat <- data.frame(
  trial = c("q", "b", "q", "m", "b", "q", "m", "b", "q", "z"),
  d = c(0.31, -0.12, 0.45, 0.08, 0.22, 0.05, 0.61, 0.18, 0.40, -0.20),
  v = c(0.021, 0.034, 0.052, 0.011, 0.040, 0.027, 0.090, 0.019, 0.033, 0.060),
  kind = c("read", "read", "read", "sum", "sum", "sum", "read", "read", "read", "sum"),
  test = c("t1", "t1", "t2", "t1", "t1", "t1", "t1", "t2", "t1", "t1"),
  month = c(1, 1, 2, 2, 3, 4, 4, 0, 6, 2),
  base = c(0, 0, 0, 0, 1, 0, 0, 0, 1, 0),
  arm = c("A", "A", "B", "A", "B", "C", "B", "C", "D", "A"),
  before = c("A", "A", "B", "A", "B", "C", "B", "C", "A", "A"),
  against = c("ctl", "ctl", "ctl", "ctl", "A", "A", "ctl", "ctl", "A", "ctl"),
  n_arm = c(30, 25, 28, 60, 22, 31, 55, 27, 30, 40),
  n_against = c(33, 24, 33, 58, 25, 30, 58, 24, 30, 41),
  site = c(1, 1, 2, 1, 1, 2, 1, 1, 1, 1),
  r1 = c(1, 1, 0.5, 1, 0.2, 0.3, 0.6, 0.4, 0.1, 1),
  r2 = c(NA, NA, 1, NA, 1, 0.7, 1, 0.5, 0.2, NA),
  r3 = c(NA, NA, NA, NA, NA, 1, NA, 1, 0.35, NA),
  r4 = c(NA, NA, NA, NA, NA, NA, NA, NA, 1, NA)
)
gaps <- dat
gaps$v[c(3, 8)] <- NA
gaps$d[c(1)] <- NA

vc <- function(name, arguments, data = dat) case(
  paste0("vcalc-", name),
  paste0("{V <- suppressWarnings(vcalc(v, cluster=trial, ", arguments, ", data=dat)); list(V=as.matrix(V))}"),
  list(dat = data), 1e-8
)
imp <- function(name, arguments, list = FALSE) case(
  paste0("impute-", name),
  if (list) paste0("list(V=as.matrix(Matrix::bdiag(impute_covariance_matrix(dat$v, ", arguments, ", return_list=TRUE))))")
  else paste0("list(V=impute_covariance_matrix(dat$v, ", arguments, ", return_list=FALSE))"),
  list(dat = dat), 1e-8
)
agg <- function(name, arguments, data = dat) case(
  paste0("aggregate-", name),
  paste0("{e <- escalc(measure='GEN', yi=d, vi=v, data=dat); a <- aggregate(e, cluster=trial, ", arguments,
         "); list(trial=a$trial, yi=as.numeric(a$yi), vi=as.numeric(a$vi))}"),
  list(dat = data), 1e-8
)

write_cases(c(
  vc("one-rho-by-type", "type=kind, rho=0.4"),
  vc("two-rhos", "type=kind, obs=test, rho=c(0.6, 0.3)"),
  vc("time", "time1=month, phi=0.85"),
  vc("time-obs", "time1=month, obs=test, rho=0.5, phi=0.85"),
  vc("groups", "grp1=arm, grp2=against"),
  vc("sizes", "grp1=arm, grp2=against, w1=n_arm, w2=n_against, type=kind, rho=0.7"),
  vc("gains", "grp1=before, grp2=against, time1=month, time2=base, w1=n_arm, w2=n_against, phi=0.9"),
  vc("subgroups", "subgroup=site, obs=test, rho=0.5"),
  vc("reported", "rvars=c(r1:r4)"),
  vc("named-reported", "rvars=c(r1, r2, r3, r4)"),
  vc("gaps", "obs=test, rho=0.5", gaps),
  imp("r", "cluster=dat$trial, r=0.66"),
  imp("list", "cluster=factor(dat$trial, levels=unique(dat$trial)), r=0.66", TRUE),
  imp("sorted-list", "cluster=dat$trial, r=0.66", TRUE),
  imp("many-r", "cluster=dat$trial, r=c(0.1, 0.4, 0.7, 0.9)"),
  imp("smooth", "cluster=dat$trial, r=0.5, smooth_vi=TRUE"),
  imp("ar", "cluster=dat$trial, ti=dat$month, ar1=0.8"),
  imp("r-and-ar", "cluster=dat$trial, r=0.4, ti=dat$month, ar1=0.8"),
  imp("subgroup", "cluster=dat$trial, r=0.4, subgroup=dat$site"),
  agg("cs", "rho=0.6"),
  agg("many-rho", "rho=c(0.1, 0.4, 0.7, 0.9)"),
  agg("id", "struct='ID'"),
  agg("car", "struct='CAR', time=month, phi=0.8"),
  agg("cs-plus-car", "struct='CS+CAR', time=month, phi=0.8, rho=0.5"),
  agg("cs-times-car", "struct='CS*CAR', time=month, obs=test, phi=0.8, rho=0.5"),
  agg("plain", "rho=0.6, weighted=FALSE"),
  agg("vcalc", "V=vcalc(v, cluster=trial, type=kind, obs=test, rho=c(0.6, 0.3), time1=month, phi=0.9, data=dat)"),
  agg("gaps", "rho=0.6", gaps)
), "tests/oracle/r/covariances.json")
