using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Sentinel.Commands;

/// <summary><c>sentinel 1.2.3 (0a1b2c3, linux-x64)</c>: version, commit and platform.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    private const int CommitLength = 7;

    /// <summary><c>1.2.3 (0a1b2c3, linux-x64)</c></summary>
    public static string Version
    {
        get
        {
            // The build writes VERSION+COMMIT; without a repository there is no commit.
            var version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+');
            var commit = version.Length > 1 ? version[1][..Math.Min(CommitLength, version[1].Length)] : "unknown commit";
            return $"{version[0]} ({commit}, {RuntimeInformation.RuntimeIdentifier})";
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"sentinel {Version}");
        return ExitCode.Success;
    }
}
