using System.Diagnostics;
using System.Text;

namespace Sentinel.Tests.Specs;

/// <summary>The shell itself, to be asked what it makes of a line.</summary>
internal static class PosixShell
{
    /// <summary>The words of each line, as <c>/bin/sh</c> splits them.</summary>
    public static List<string[]> Split(IReadOnlyCollection<string> lines)
    {
        var script = new StringBuilder();
        foreach (var line in lines)
            script.Append("set -- ").Append(line).Append("\nprintf '%s\\0' \"$#\" \"$@\"\n");

        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Write(script);
        shell.StandardInput.Close();
        var said = new Queue<string>(shell.StandardOutput.ReadToEnd().Split('\0')[..^1]);
        shell.WaitForExit();

        var words = new List<string[]>();
        while (said.TryDequeue(out var count))
            words.Add([.. Enumerable.Range(0, int.Parse(count)).Select(_ => said.Dequeue())]);
        return words;
    }
}
