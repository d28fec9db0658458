using Sentinel.Core.Host;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Supervision;

/// <summary>A main process that has ended.</summary>
/// <param name="Id">Of its record.</param>
/// <param name="Main">The process.</param>
/// <param name="End">How it ended; null when nobody was there.</param>
public sealed record EndedMain(int Id, ProcessIdentity Main, ProcessEnd? End);
