# Effect sizes with zeros and gaps: Rscript tests/oracle/r/effect_sizes.R (from the project's root).
# Measures whose definition changed after metafor 3.8-1 are left out: SMDH, SMD1H, SMCRH and PCOR.
suppressPackageStartupMessages(library(metafor))
source("tests/oracle/r/write_case.R")

counts <- data.frame(
  hit = c(12, 0, 40, 1, NA, 0, 30, 8), miss = c(20, 15, 60, 3, 9, 8, 0, 8),
  other = c(3, 6, 25, 2, 7, 0, 11, 8), none = c(17, 15, 75, 0, 31, 9, 20, 8),
  n_1 = c(32, 15, 100, 4, NA, 8, 30, 16), n_2 = c(20, 21, 100, 2, 38, 9, 31, 16),
  phi = c(.1, .2, .3, -.1, .2, .3, .1, 0)
)
# Without zeros and gaps.
full <- data.frame(
  hit = c(12, 5, 40, 7, 30), miss = c(20, 15, 60, 9, 4), other = c(3, 6, 25, 7, 11),
  none = c(17, 15, 75, 31, 20)
)
paired <- data.frame(
  before = c(12, 4, 40, 0, 9), after = c(9, 7, 31, 5, NA), n = c(30, 20, 90, 12, 25),
  phi = c(.4, .1, .6, 0, .2)
)
times <- data.frame(e1 = c(3, 0, 11, NA, 0), t1 = c(120, 300, 95.5, 44, 10), e2 = c(2, 8, 30, 4, 0),
                    t2 = c(118, 310, 101.25, 40, 12))
shares <- data.frame(x = c(3, 0, 7, 15, NA), m = c(6, 10, 0, 1985, 4), n = c(9, 10, 7, 2000, NA))
means <- data.frame(
  a = c(10.2, 5.5, 3.4, 7.1, 6), sa = c(1.5, .9, .8, 2, 1), na = c(13, 22, 50, 12, NA),
  b = c(9.4, 4.9, 3.9, 2.2, 5), sb = c(1.4, 1.2, 1.6, NA, 2), nb = c(14, 19, 40, 15, 8),
  r = c(.3, .5, .8, -.2, .5), n = c(13, 20, 50, 9, 30)
)
some <- data.frame(r = c(.3, -.5, .8, 0, NA), n = c(13, 20, 500, 4, 30), t = c(2.1, -1, 4, 0, 1),
                   k = c(1, 3, 2, 1, 4), e = c(.3, .25, .7, .1, .4))
tests <- data.frame(alpha = c(.7, .85, .92, NA), items = c(10, 4, 22, 8), n = c(100, 35, 410, 20))

cases <- c()
add <- function(family, name, arguments, data) {
  call <- paste0("{e <- escalc(", arguments, ", data=dat); list(yi=as.numeric(e$yi), vi=as.numeric(e$vi))}")
  found <- suppressWarnings(case(paste(family, name, sep = "-"), call, list(dat = data), 1e-10))
  cases <<- c(cases, found)
}
measure <- function(name, arguments, ...) paste0("measure='", name, "', ", arguments, ...)

cells <- "ai=hit, bi=miss, ci=other, di=none"
totals <- "ai=hit, n1i=n_1, ci=other, n2i=n_2"
for (m in c("RR", "OR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "OR2DN", "OR2DL", "PBIT")) {
  add("es2x2", m, measure(m, totals), counts)
  for (to in c("all", "if0all", "none"))
    add("es2x2", paste(m, to, sep = "-"), measure(m, cells, ", add=0.25, to='", to, "'"), counts)
  add("es2x2", paste0(m, "-drop00"), measure(m, cells, ", drop00=TRUE"), counts)
}
for (m in c("RD-UB", "RD-AV", "PHI-ST", "PHI-CS")) {
  parts <- strsplit(m, "-")[[1]]
  add("es2x2", m, measure(parts[1], cells, ", vtype='", parts[2], "'"), full)
}
for (m in c("MPRR", "MPRD", "MPOR", "MPORC", "MPPETO")) add("es2x2", m, measure(m, cells), counts)
add("es2x2", "MPORM", measure("MPORM", "ai=before, n1i=n, ci=after, n2i=n, ri=phi"), paired)
add("es2x2", "RR-rows", measure("RR", cells, ", subset=other > 5"), counts)
add("es2x2", "OR-rows", measure("OR", cells, ", include=c(1, 3, 7)"), counts)

two <- "x1i=e1, t1i=t1, x2i=e2, t2i=t2"
for (m in c("IRR", "IRD", "IRSD")) {
  add("rate2", m, measure(m, two), times)
  add("rate2", paste0(m, "-all"), measure(m, two, ", add=1, to='all'"), times)
  add("rate2", paste0(m, "-drop00"), measure(m, two, ", drop00=TRUE"), times)
}
for (m in c("IR", "IRLN", "IRS", "IRFT")) {
  add("rate1", m, measure(m, "xi=e1, ti=t1"), times)
  add("rate1", paste0(m, "-if0all"), measure(m, "xi=e1, ti=t1, to='if0all', add=0.25"), times)
}
for (m in c("PR", "PLN", "PLO", "PAS", "PFT")) {
  add("prop", m, measure(m, "xi=x, ni=n"), shares)
  add("prop", paste0(m, "-all"), measure(m, "xi=x, mi=m, to='all', add=0.5"), shares)
  add("prop", paste0(m, "-none"), measure(m, "xi=x, ni=n, to='none'"), shares)
}
for (m in c("PR-UB", "PR-AV", "PLN-AV", "PLO-AV")) {
  parts <- strsplit(m, "-")[[1]]
  add("prop", m, measure(parts[1], "xi=x, ni=n, vtype='", parts[2], "'"), shares[c(1, 4), ])
}

groups <- "m1i=a, sd1i=sa, n1i=na, m2i=b, sd2i=sb, n2i=nb"
for (m in c("MD", "SMD", "SMD1", "VR", "RPB", "RBIS", "D2ORN", "D2ORL"))
  add("es", m, measure(m, groups), means)
add("es", "ROM", measure("ROM", groups, ", correct=FALSE"), means)
for (v in c("LS2", "UB", "AV")) for (m in c("SMD", "SMD1"))
  add("smd", paste(m, v, sep = "-"), measure(m, groups, ", vtype='", v, "'"), means[1:3, ])
for (v in c("HO", "AV", "AVHO"))
  add("es", paste0("ROM-", v), measure("ROM", groups, ", vtype='", v, "', correct=FALSE"), means[1:3, ])
for (v in c("ST", "CS")) add("es", paste0("RPB-", v), measure("RPB", groups, ", vtype='", v, "'"), means)
add("es", "MD-HO", measure("MD", groups, ", vtype='HO'"), means)

one <- "mi=a, sdi=sa, ni=na"
for (m in c("MN", "MNLN", "CVLN", "SDLN")) add("es", m, measure(m, one), means)
twice <- "m1i=a, sd1i=sa, m2i=b, sd2i=sb, ni=n, ri=r"
for (m in c("MC", "SMCC", "SMCR", "VRC")) add("prepost", m, measure(m, twice), means)
for (m in c("ROMC", "CVRC")) add("prepost", m, measure(m, twice, ", correct=FALSE"), means)

for (m in c("COR", "UCOR", "ZCOR")) add("cor", m, measure(m, "ri=r, ni=n"), some)
for (m in c("COR-AV", "UCOR-UB", "UCOR-AV")) {
  parts <- strsplit(m, "-")[[1]]
  add("cor", m, measure(parts[1], "ri=r, ni=n, vtype='", parts[2], "'"), some[1:3, ])
}
for (m in c("ARAW", "AHW", "ABT")) add("es", m, measure(m, "ai=alpha, mi=items, ni=n"), tests)

write_cases(cases, "tests/oracle/r/effect_sizes.json")
