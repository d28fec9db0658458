using System.ComponentModel;
using System.Diagnostics;
using Sentinel.Core.Imports;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Lets node execute a file that only code can read.</summary>
internal static class Node
{
    // What the file itself prints goes to stderr, and functions are left out. A file of either kind of module has a default.
    private const string Script =
        "console.log = console.error; import(require('url').pathToFileURL(process.argv[1])).then(m => process.stdout.write(JSON.stringify(m.default ?? m)))";

    /// <summary>What the file exports, as JSON.</summary>
    /// <exception cref="ImportException">It cannot be executed.</exception>
    public static string Print(string path)
    {
        var full = Path.GetFullPath(path);
        Output.Tell($"Node executes {Text.Printable(full)}");
        try
        {
            var start = new ProcessStartInfo("node", ["-e", Script, full]) { RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(full) };
            using var node = Process.Start(start)!;
            var printed = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            return node.ExitCode == 0 ? printed : throw new ImportException($"{path}: node exited with code {node.ExitCode}");
        }
        catch (Win32Exception e)
        {
            throw new ImportException($"{path}: node cannot be executed: {e.Message}");
        }
    }
}
