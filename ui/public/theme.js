// Runs before the first paint, so that a remembered theme does not flash. It is a file because the content
// security policy allows no inline script.
try {
  const theme = localStorage.getItem("swarmpulse.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's theme holds.
}
