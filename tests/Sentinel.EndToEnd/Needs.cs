using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sentinel.EndToEnd;

/// <summary>What a machine may lack; the test is then skipped and says why.</summary>
internal static class Needs
{
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Where it is.</summary>
    public static string Program(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"needs the program {name}");
        return path!;
    }

    public static void SystemCallNumbers() =>
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64, whose system calls the actor knows");

    public static void MountNamespaces() => Assert.SkipUnless(Succeeds("unshare", "--mount", "true"), "needs the right to unshare --mount");

    public static void PidNamespaces() =>
        Assert.SkipUnless(Succeeds("unshare", "--pid", "--fork", "--mount-proc", "true"), "needs the right to unshare --pid");

    public static void ControlGroups()
    {
        var isWritable = EndToEnd.ControlGroups.Own is { } own && Succeeds("test", "-w", own);
        Assert.SkipUnless(isWritable, "needs a writable control group (cgroup v2)");
    }

    /// <summary>The controllers that limit memory, CPU and processes, and the right to hand them on from the root.</summary>
    public static void Limits()
    {
        Root();
        Assert.SkipUnless(
            EndToEnd.ControlGroups.Controllers is { } all && new[] { "memory", "cpu", "pids" }.All(all.Contains),
            $"needs the controllers memory, cpu and pids of cgroup v2; here it has: {string.Join(' ', EndToEnd.ControlGroups.Controllers ?? ["none"])}");
    }

    public static void NoLimits(string controller) =>
        Assert.SkipWhen(EndToEnd.ControlGroups.Controllers?.Contains(controller) == true, $"needs a machine without the {controller} controller of cgroup v2");

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
