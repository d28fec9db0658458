using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Sentinel.Commands;

/// <summary><c>sentinel 1.2.3 (0a1b2c3, linux-x64)</c>: version, commit and platform.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    private const int CommitLength = 7;

    public override int Invoke(ParseResult parseResult)
    {
        // The build writes VERSION+COMMIT; without a repository there is no commit.
        var version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+');
        var commit = version.Length > 1 ? version[1][..Math.Min(CommitLength, version[1].Length)] : "unknown commit";
        parseResult.InvocationConfiguration.Output.WriteLine($"sentinel {version[0]} ({commit}, {RuntimeInformation.RuntimeIdentifier})");
        return ExitCode.Success;
    }
}
