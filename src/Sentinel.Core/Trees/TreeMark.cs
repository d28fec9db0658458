using System.IO.Hashing;
using System.Text;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Trees;

/// <summary>
/// A number that identifies a tree without its cookie in the environment and without a control group: a soft limit on real-time CPU
/// time (RLIMIT_RTTIME) so high that it limits nothing. Every process inherits it, whatever it executes, and nobody changes it by
/// accident.
/// </summary>
public static class TreeMark
{
    private const int HashBits = 61;

    // What tells the runs of one process apart.
    private const int RunBits = 16;

    /// <summary>The lowest mark, in microseconds: 146,000 years.</summary>
    public const ulong Least = 2UL << HashBits;

    public static ulong Of(string cookie) =>
        (Least | (ulong)(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(RunCookie.RecordOf(cookie))) >> (128 - HashBits)))
        ^ ((ulong)RunCookie.RunOf(cookie) & ((1UL << RunBits) - 1));

    /// <summary>What the marks of all runs of one process have in common.</summary>
    public static ulong RecordOf(ulong mark) => mark >> RunBits;

    /// <summary>Whether a limit is a mark, and not one that somebody set.</summary>
    public static bool IsOne(ulong limit) => limit >> HashBits == Least >> HashBits;
}
