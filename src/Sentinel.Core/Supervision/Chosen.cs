using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>The processes that a request is about.</summary>
/// <param name="Missing">A failure for each target that names none, or one that cannot be used.</param>
internal sealed record Chosen(List<ProcessRecord> Found, List<Outcome> Missing);
