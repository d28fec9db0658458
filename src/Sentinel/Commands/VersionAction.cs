using System.CommandLine;
using System.CommandLine.Invocation;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary><c>sentinel 1.2.3 (0a1b2c3, linux-x64)</c>: version, commit and platform.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"sentinel {BuildVersion.Text}");
        return ExitCode.Success;
    }
}
