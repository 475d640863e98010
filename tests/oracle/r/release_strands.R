# Reference results for the pooled analyses of a release, by metafor and clubSandwich.
#
#   Rscript tests/oracle/r/release_strands.R RELEASE_FOLDER > tests/oracle/release_strands.json
#
# Reads tables/effects.csv, tables/analyses.csv and tables/analysis_inputs.csv of an unzipped release
# and runs the calls that `whatworks show STRAND --json` prints, on the same rows in the same order.
# Profile-likelihood limits take metafor very long with many effects: they are checked up to MOST.
suppressMessages({library(metafor); library(clubSandwich)})
MOST <- 250
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, "tables", paste0(name, ".csv")), colClasses = "character")
effects <- read("effects"); analyses <- read("analyses"); inputs <- read("analysis_inputs")
control <- list(threshold = 1e-12, maxiter = 1000)
number <- function(x) if (is.na(x)) "null" else trimws(formatC(as.numeric(x), digits = 17, format = "g"))
option <- function(a, name) sub(paste0('.*"', name, '":"?([^",}]*).*'), "\\1", a$options)

two_level <- function(a, dat) {
  call <- "rma(yi, vi, data=dat, method='REML', test='knha', control=list(threshold=1e-12, maxiter=1000))"
  if (option(a, "unit") == "study") {
    rho <- as.numeric(option(a, "rho"))
    dat <- aggregate(escalc(yi = yi, vi = vi, data = dat), cluster = study_id, struct = "CS", rho = rho, weighted = FALSE)
    call <- paste0("aggregate(escalc(yi=yi, vi=vi, data=dat), cluster=study_id, struct='CS', rho=", rho, ", weighted=FALSE) |> ", call)
  }
  fit <- rma(yi, vi, data = dat, method = "REML", test = "knha", control = control)
  p <- predict(fit)
  list(k = nrow(dat), call = call, found = c(
    estimate = fit$beta[1], se = fit$se, ci_lb = fit$ci.lb, ci_ub = fit$ci.ub, p_value = fit$pval, df = fit$ddf[1],
    tau2 = fit$tau2, i2 = fit$I2, q = fit$QE, q_p_value = fit$QEp, pi_lb = p$pi.lb, pi_ub = p$pi.ub))
}

# The optimiser of rma.mv stops where the likelihood no longer grows by 1e-10, which leaves a weakly
# determined variance wrong in the fifth digit. From there on the restricted score is brought to zero by
# average-information steps (Gilmour, Thompson & Cullis 1995, Biometrics 51:1440-1450), and the model is
# fitted at that point. Both log-likelihoods go into the file.
at_root <- function(fit, V, study) {
  V <- as.matrix(V); y <- as.numeric(fit$yi); n <- length(y)
  G <- list(outer(study, study, "==") * 1, diag(n))[seq_along(fit$sigma2)]
  s <- ifelse(fit$sigma2 < 1e-7, 0, fit$sigma2)
  for (i in 1:200) {
    M <- V
    for (j in seq_along(s)) M <- M + s[j] * G[[j]]
    W <- chol2inv(chol(M)); P <- W - tcrossprod(rowSums(W)) / sum(W); Py <- P %*% y
    GPy <- sapply(G, function(g) g %*% Py)
    score <- -sapply(G, function(g) sum(P * g)) / 2 + colSums(GPy * as.numeric(Py)) / 2
    free <- s > 0 | score > 0
    if (!any(free)) break
    step <- solve((t(GPy) %*% P %*% GPy / 2)[free, free, drop = FALSE], score[free])
    s[free] <- pmax(0, s[free] + step)
    if (max(abs(step)) < 1e-14) break
  }
  s
}

working <- function(dat, rho) {
  dat$vi <- ave(dat$vi, dat$study_id)
  dat$effect <- seq_len(nrow(dat))
  V <- vcalc(vi, cluster = study_id, obs = effect, rho = rho, data = dat)
  random <- if (anyDuplicated(dat$study_id) > 0) ~ 1 | study_id/effect else ~ 1 | study_id
  stopped <- rma.mv(yi, V, random = random, data = dat, method = "REML", sparse = TRUE)
  root <- at_root(stopped, V, as.integer(dat$study_id))
  fit <- rma.mv(yi, V, random = random, data = dat, method = "REML", sparse = TRUE, sigma2 = root)
  r <- robust(fit, cluster = dat$study_id, clubSandwich = TRUE)
  sigma2 <- c(fit$sigma2, 0)[1:2]
  heights <- c(as.numeric(logLik(stopped)), as.numeric(logLik(fit)))
  list(stopped = stopped, fit = fit, r = r, V = V, heights = heights, found = c(
    estimate = r$beta[1], se = r$se, ci_lb = r$ci.lb, ci_ub = r$ci.ub, p_value = r$pval, df = r$dfs,
    tau2 = sigma2[1], omega2 = sigma2[2]))
}
words <- function(rho) paste0(
  "dat$vi <- ave(dat$vi, dat$study_id); V <- vcalc(vi, cluster=study_id, obs=effect, rho=", rho, ", data=dat); rma.mv(yi, V, random = ~ 1 | ",
  "study_id/effect, data=dat, method='REML') |> robust(cluster=dat$study_id, clubSandwich=TRUE)")

dependent <- function(a, dat) {
  rho <- as.numeric(option(a, "rho"))
  w <- working(dat, rho); fit <- w$fit; p <- predict(w$r)
  # I2 as on metafor's site: the typical variance of the sampling errors is (k - p) / trace of P.
  W <- solve(as.matrix(w$V)); P <- W - tcrossprod(rowSums(W)) / sum(W)
  typical <- (fit$k - 1) / sum(diag(P)); variances <- w$found[c("tau2", "omega2")]
  shares <- 100 * variances / (sum(variances) + typical)
  found <- c(w$found, q = fit$QE, q_p_value = fit$QEp, i2 = sum(shares), i2_between = shares[[1]],
             i2_within = shares[[2]], pi_lb = p$pi.lb, pi_ub = p$pi.ub)
  if (fit$k <= MOST && length(fit$sigma2) == 2) {
    names <- c("tau2_ci", "omega2_ci")
    for (i in 1:2) {
      limits <- confint(w$stopped, sigma2 = i, control = list(tol = 1e-13))$random[1, 2:3]
      found[paste0(names[i], c("_lb", "_ub"))] <- limits
    }
  }
  list(k = nrow(dat), call = words(rho), heights = w$heights, found = found)
}

sensitivity <- function(a, dat) {
  rhos <- as.numeric(strsplit(sub('.*"rhos":\\[([^]]*)\\].*', "\\1", a$options), ",")[[1]])
  found <- c(); heights <- c()
  for (rho in rhos) {
    w <- working(dat, rho); at <- w$found; heights <- c(heights, w$heights)
    found[sprintf("%s_rho_%03d", names(at), as.integer(round(100 * rho)))] <- at
  }
  list(k = nrow(dat), call = words("each of the correlations"), heights = heights, found = found)
}

rows <- character()
for (i in which(analyses$kind %in% c("random_effects", "dependent_effects", "rho_sensitivity"))) {
  a <- analyses[i, ]
  used <- inputs[inputs$analysis_id == a$analysis_id, ]
  used <- used[order(as.integer(used$position)), ]
  e <- effects[match(used$row_id, effects$effect_id), ]
  dat <- data.frame(yi = as.numeric(e$yi), vi = as.numeric(e$vi), study_id = factor(e$study_id, levels = unique(e$study_id)))
  run <- list(random_effects = two_level, dependent_effects = dependent, rho_sensitivity = sensitivity)[[a$kind]]
  result <- run(a, dat)
  values <- paste(sprintf('"%s": %s', names(result$found), vapply(result$found, number, "")), collapse = ", ")
  heights <- if (is.null(result$heights)) "" else paste0(
    '"log_likelihoods_stopped_and_at_root": [', paste(vapply(result$heights, number, ""), collapse = ", "), "], ")
  rows <- c(rows, sprintf('  "%s.%s": {"k": %d, "call": "%s", %s"expected": {%s}}', a$subject, a$role, result$k, result$call, heights, values))
}
cat(sprintf('{\n "tool": "R %s, metafor %s, clubSandwich %s",\n "analyses": {\n%s\n }\n}\n', getRversion(), packageVersion("metafor"),
            packageVersion("clubSandwich"), paste(rows, collapse = ",\n")))
