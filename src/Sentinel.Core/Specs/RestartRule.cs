using System.Text.Json.Serialization;

namespace Sentinel.Core.Specs;

/// <summary>When a process that ended by itself is started again.</summary>
public enum RestartRule
{
    [JsonStringEnumMemberName("no")]
    Never,

    [JsonStringEnumMemberName("always")]
    Always,

    /// <summary>After anything but exit code 0.</summary>
    [JsonStringEnumMemberName("on-failure")]
    OnFailure,
}
