using System.ComponentModel;
using System.Diagnostics;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>The user's own ssh(1), with their config, keys, agent and jump hosts.</summary>
internal static class Ssh
{
    /// <summary>The environment variable with the program, and options of it, where it is not <c>ssh</c>.</summary>
    private const string Variable = "SENTINEL_SSH";

    // It never asks, and ends by itself where nobody answers.
    private static readonly string[] Options =
        ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"];

    // Any login shell understands this line. What 'deploy' brings is in a folder that not every PATH has.
    private const string Before = "PATH=\"$HOME/.local/bin:$PATH\"; export PATH; ";

    /// <summary>Starts a script of sh(1) there, without a terminal.</summary>
    /// <param name="script">Without a single quote.</param>
    /// <param name="way">A port of loopback here that leads to one there; null: none.</param>
    /// <exception cref="HostException">There is no ssh.</exception>
    public static Process Start(HostName host, string script, (int Here, int There)? way = null)
    {
        string[] forward = way is var (here, there) ? ["-o", "ExitOnForwardFailure=yes", "-L", $"127.0.0.1:{here}:127.0.0.1:{there}"] : [];
        string[] program = [.. Program(), "-T", .. Options, .. forward, host.Destination, "--", $"exec sh -c '{Before}{script}'"];
        var start = new ProcessStartInfo(program[0], program[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new HostException($"{program[0]} cannot be executed: {e.Message}; it is what reaches other machines");
        }
    }

    /// <summary>Becomes an ssh that shows a command of sentinel there on this terminal.</summary>
    /// <returns>Why it could not.</returns>
    /// <exception cref="HostException">A word cannot be passed on.</exception>
    public static string Become(HostName host, IEnumerable<string> words)
    {
        var program = Program();
        var line = string.Join(' ', words.Prepend("sentinel").Select(Quoted));
        return ProgramPath.Find(program[0], Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH"), out var path)
            ?? $"cannot execute {path}: {Replacement.Become(path, [.. program.Skip(1), "-t", "-q", .. Options, host.Destination, "--", $"exec sh -c '{Before}exec {line}'"])}";
    }

    /// <summary>The line of its errors that says most: the last one; null: it said nothing.</summary>
    public static string? LastLine(string errors) => errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault();

    private static string Quoted(string word) => !word.Contains('\'') ? $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$").Replace("`", "\\`")}\""
        : throw new HostException($"{word} has a quote, and cannot be passed on");

    private static IReadOnlyList<string> Program() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } line
        ? ShellWords.Split(line) is { Count: > 0 } words ? words : throw new HostException($"{Variable} is to be a program with its options, which no shell has to read")
        : ["ssh"];
}
