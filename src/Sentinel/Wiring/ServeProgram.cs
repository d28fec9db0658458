using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Wiring;

/// <summary>The program that speaks HTTP: a second one, so that who opens no door does not pay for it.</summary>
internal static class ServeProgram
{
    public const string Name = "sentinel-serve";

    private const int IdleSeconds = 300;

    /// <summary>Where it is: beside this program, or where it is installed; null: nowhere.</summary>
    public static string? Find()
    {
        var program = Environment.ProcessPath!;
        var folder = Path.GetDirectoryName(new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? program)!;
        return new[] { Path.Combine(folder, Name), Path.GetFullPath(Path.Combine(folder, "..", "lib", "sentinel", Name)) }.FirstOrDefault(File.Exists);
    }

    /// <summary>What it is told in any case.</summary>
    public static string[] Arguments(SentinelHome home) => [$"--home={home.Folder}", $"--command={Environment.ProcessPath}"];

    /// <summary>How the daemon starts it for who connects, with a socket to answer at.</summary>
    public static Launch OnDemand(string program, SentinelHome home) => new(
        Command.From([program, .. Arguments(home), "--handle=3", $"--idle={IdleSeconds}"]),
        "/",
        Caller.Environment.With("SENTINEL_HOME", home.Folder),
        Caller.Umask,
        "",
        "",
        LogLimits.Default,
        Cookie: null);
}
