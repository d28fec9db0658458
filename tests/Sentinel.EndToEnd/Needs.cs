using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>What a machine may lack; the test is then skipped and says why.</summary>
internal static class Needs
{
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    public static void Program(string name) => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, name))),
        $"needs the program {name}");

    public static void MountNamespaces() => Assert.SkipUnless(Succeeds("unshare", "--mount", "true"), "needs the right to unshare --mount");

    public static void ControlGroups()
    {
        var isWritable = EndToEnd.ControlGroups.Own is { } own && Succeeds("test", "-w", own);
        Assert.SkipUnless(isWritable, "needs a writable control group (cgroup v2)");
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
