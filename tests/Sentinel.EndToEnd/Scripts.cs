using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>
/// Programs that a test writes. Another process does: what a neighbour starts meanwhile would have a file open that we write, and
/// then nobody can execute it.
/// </summary>
internal static class Scripts
{
    public static void Write(string path, string content)
    {
        var draft = path + ".draft";
        File.WriteAllText(draft, content);
        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var copying = Process.Start("cp", ["-p", draft, path]))
            copying.WaitForExit();
        File.Delete(draft);
    }
}
