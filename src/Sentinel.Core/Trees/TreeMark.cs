using System.IO.Hashing;
using System.Text;

namespace Sentinel.Core.Trees;

/// <summary>
/// A number that identifies a tree without its cookie in the environment and without a control group: a soft limit on real-time CPU
/// time (RLIMIT_RTTIME) so high that it limits nothing. Every process inherits it, whatever it executes, and nobody changes it by
/// accident.
/// </summary>
public static class TreeMark
{
    private const int HashBits = 61;

    /// <summary>The lowest mark, in microseconds: 146,000 years.</summary>
    public const ulong Least = 2UL << HashBits;

    public static ulong Of(string cookie) =>
        Least | (ulong)(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(cookie)) >> (128 - HashBits));

    /// <summary>Whether a limit is a mark, and not one that somebody set.</summary>
    public static bool IsOne(ulong limit) => limit >> HashBits == Least >> HashBits;
}
