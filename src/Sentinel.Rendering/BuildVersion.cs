using System.Reflection;
using System.Runtime.InteropServices;

namespace Sentinel.Rendering;

/// <summary>What was built: version, commit and platform.</summary>
internal static class BuildVersion
{
    private const int CommitLength = 7;

    /// <summary><c>1.2.3 (0a1b2c3, linux-x64)</c></summary>
    public static string Text
    {
        get
        {
            // The build writes VERSION+COMMIT; without a repository there is no commit.
            var version = typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+');
            var commit = version.Length > 1 ? version[1][..Math.Min(CommitLength, version[1].Length)] : "unknown commit";
            return $"{version[0]} ({commit}, {RuntimeInformation.RuntimeIdentifier})";
        }
    }
}
