using Sentinel.Commands;
using Sentinel.Linux;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
return Invocation.Run(CommandLine.Parse(CommandLine.Create(), args));
