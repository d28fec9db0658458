using Sentinel.Api;
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
