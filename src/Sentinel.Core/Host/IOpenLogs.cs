using Sentinel.Model.Policy;

namespace Sentinel.Core.Host;

/// <summary>What became of the logs that processes have open, as far as we may know.</summary>
public interface IOpenLogs
{
    /// <summary>The logs that a process still writes to although they were deleted.</summary>
    IReadOnlyList<DeletedLog> DeletedOf(ProcessRecord record);

    /// <summary>The logs that a process still writes to under other names: they were renamed.</summary>
    IReadOnlyList<MovedLog> MovedOf(ProcessRecord record);
}

/// <param name="Path">Where it was.</param>
/// <param name="StillAt">A path in /proc that works for as long as the process has it open.</param>
public sealed record DeletedLog(string Path, string StillAt);

/// <param name="Path">Where it was.</param>
/// <param name="NowAt">Where it is now, and is still written to.</param>
public sealed record MovedLog(string Path, string NowAt);
