using System.Runtime.InteropServices;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>Becomes another program: the process, its terminal and its environment stay; see execv(3).</summary>
public static unsafe class Replacement
{
    /// <summary>Returns only if it cannot, with the reason.</summary>
    public static string Become(string program, IEnumerable<string> arguments)
    {
        using var strings = new NativeStrings();
        var words = strings.AddList(arguments.Prepend(program).Select(word => (ReadOnlyMemory<byte>)NativeText.Bytes(word)));
        // What it starts is to have the umask of the user, not ours.
        LibC.umask((uint)Caller.Umask);
        LibC.execv(words[0], words);
        return SystemCallException.Reason(Marshal.GetLastPInvokeError());
    }
}
