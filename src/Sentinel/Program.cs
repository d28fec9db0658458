using Sentinel.Commands;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
// Taken before anything is made.
_ = Caller.Umask;
return Invocation.Run(CommandLine.Parse(CommandLine.Create(), Caller.Arguments(args)));
